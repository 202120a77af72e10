import { describe, expect, test } from 'vitest';
import { createEntryNames } from './entry-names.ts';

const utf8 = (name: string): [Buffer, boolean] => [Buffer.from(name), true];

function taken(...names: string[]) {
  const { take } = createEntryNames();
  return names.map((name) => take(...utf8(name)));
}

const refused = (words: string) =>
  expect.objectContaining({ name: 'ArchiveRefused', fault: 'name', message: `the archive is refused: ${words}` });

describe('a name in an archive', () => {
  test.each([
    'a b',
    'a.b.c',
    '..a',
    '.hidden',
    '...a',
    'a~',
    'icon',
    'console',
    'contents.txt',
    'com10',
    'lpt',
    'my.con',
    'acom1',
    'emoji 🦞',
    'a'.repeat(255),
    '三'.repeat(85),
    `${'a/'.repeat(511)}ab`,
  ])('is taken as it is: %s', (name) => {
    expect(taken(name)).toEqual([{ name, isFolder: false }]);
  });

  test('is a folder’s when it ends in a slash, which is no part of it', () => {
    expect(taken('long name/', 'long name/more/')).toEqual([
      { name: 'long name', isFolder: true },
      { name: 'long name/more', isFolder: true },
    ]);
  });

  const empty = 'a name is empty, or begins at the root';
  const elsewhere = 'a name leads elsewhere';
  const character = 'a name holds a character that has no place in one';
  const edge = 'a name ends in a dot or a space, or begins with one';
  const device = 'a name is a device on Windows';
  const tooLong = 'a name is too long';
  test.each([
    [empty, ['', '/', '/a', 'a//b', 'a//']],
    [elsewhere, ['.', '..', './a', '../a', 'a/.', 'a/..', 'a/./b', 'a/../b', 'a/../']],
    [character, [...'\\:*?"<>|'].map((one) => `a${one}b`)],
    [character, ['\0', '\t', '\n', '\r', '\x1b', '\x7f', '\u0085'].map((one) => `a${one}`)],
    [character, ['\u00ad', '\u200b', '\u200d', '\u202e', '\u2066', '\ufeff', '\u{e0041}'].map((one) => `${one}a`)],
    [character, ['\u2028', '\u2029', '\ue000', '\u{f0000}', '\ufffd'].map((one) => `a/${one}`)],
    [edge, ['a.', 'a ', ' a', 'a./b', 'a /b', ' a/b', '...', ' ', 'a/b.']],
    [device, ['con', 'PRN', 'aux', 'nul', 'CONIN$', 'conout$', 'com0', 'COM9', 'lpt1', 'LPT³', 'com¹', 'com²']],
    [device, ['con.txt', 'con .txt', 'nul\u3000', 'nul\u3000\u3000.a', '\u00a0\u00a0con', 'aux.tar.gz', 'a/con/b']],
    [tooLong, ['a'.repeat(256), `${'三'.repeat(85)}a`, `a/${'b'.repeat(256)}/c`]],
    ['a path is too long', [`${'a/'.repeat(512)}b`]],
  ])('is refused in words of its own: %s', (words, names) => {
    for (const name of names) expect(() => taken(name), JSON.stringify(name)).toThrow(refused(words));
  });

  test('is ASCII where the archive does not say that it is UTF-8', () => {
    const { take } = createEntryNames();
    expect(take(Buffer.from('plain ~'), false)).toEqual({ name: 'plain ~', isFolder: false });
    for (const name of ['é', 'plain, and é'])
      expect(() => take(Buffer.from(name), false)).toThrow(refused('a name is in an unknown code page'));
    expect(take(Buffer.from('plain, and é'), true).name).toBe('plain, and é');
  });

  test('is UTF-8 to its last byte where the archive says so, and the refusal carries what was wrong with it', () => {
    for (const bytes of [[0xff], [0x61, 0xe4, 0xbd], [0xc0, 0xaf], [0xed, 0xa0, 0x80]]) {
      const take = () => createEntryNames().take(Buffer.from(bytes), true);
      expect(take).toThrow(refused('a name is no UTF-8'));
      expect(take).toThrow(expect.objectContaining({ cause: expect.any(TypeError) }));
    }
  });
});

describe('two names in an archive', () => {
  test.each([
    ['a file beside a folder that begins alike', ['a/b/c', 'ab', 'a/bc', 'abc']],
    ['files of one folder', ['a/b', 'a/c', 'a/d/e', 'a/d/f']],
    ['a folder, and then what is in it', ['a/', 'a/b', 'a/c/', 'a/c/d']],
    ['what is in a folder, and then the folder', ['a/b/c', 'a/b/', 'a/']],
    ['one name in two folders', ['a/x', 'b/x']],
  ])('may stand beside each other: %s', (_what, names) => {
    expect(taken(...names)).toHaveLength(names.length);
  });

  test.each([
    ['one file twice', ['a', 'a']],
    ['one folder named twice', ['a/', 'a/']],
    ['one folder named twice, with a file between', ['a/', 'a/b', 'a/']],
    ['one folder named twice, after a file in it', ['a/b', 'a/', 'a/']],
    ['a file, then a folder', ['a', 'a/']],
    ['a file, then something in it', ['a', 'a/b']],
    ['a file, then something further in it', ['a/b', 'a/b/c/d']],
    ['a folder, then a file', ['a/', 'a']],
    ['something in a folder, then a file', ['a/b/c', 'a/b']],
    ['upper and lower case', ['Readme', 'rEADME']],
    ['upper and lower case of a folder', ['A/b', 'a/b']],
    ['a file, then something in it by another case', ['A', 'a/b']],
    ['a sharp s and two', ['straße', 'STRASSE']],
    ['a sharp s, small and capital', ['straße', 'STRAẞE']],
    ['both kinds of small sigma', ['ας', 'ασ']],
    ['an i without its dot', ['ı', 'I']],
    ['composed and decomposed', ['caf\u00e9', 'cafe\u0301']],
    ['composed in upper case, decomposed in lower', ['CAF\u00c9', 'cafe\u0301']],
    ['decomposed by its upper case', ['\u0390', '\u0399\u0308\u0301']],
    ['wide and narrow', ['ｆile', 'file']],
    ['one letter of two', ['ﬁle', 'file']],
  ])('are refused where some system has them as one: %s', (_what, names) => {
    const { take } = createEntryNames();
    for (const name of names.slice(0, -1)) take(...utf8(name));
    const last = utf8(names.at(-1) ?? '');
    expect(() => take(...last)).toThrow(refused('two names are the same, or would be on some system'));
  });

  test('are one archive’s: the next begins anew', () => {
    expect(taken('a')).toEqual(taken('a'));
  });
});
