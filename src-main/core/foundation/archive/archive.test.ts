import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ArchiveLimits, readZip, writeZip } from './index.ts';
import { type ZipPart, zipBytes } from './zip-bytes.fixture.ts';

const limits: ArchiveLimits = {
  entries: 1_000,
  totalBytes: 8_000_000,
  entryBytes: 4_000_000,
  ratio: 100,
  timeoutMs: 10_000,
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clawdbot-archive-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function read(source: string | Buffer, more: Partial<ArchiveLimits> = {}): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { name, content } of readZip(source, { ...limits, ...more })) found[name] = content.toString();
  return found;
}

const file = (name: string | Buffer, more: Partial<ZipPart> = {}): ZipPart => ({ name, content: 'x', ...more });
const mode = (value: number) => (value << 16) >>> 0;
const unicodePath = (name: string) => {
  const text = Buffer.from(name);
  const field = Buffer.alloc(9);
  field.writeUInt16LE(0x7075, 0);
  field.writeUInt16LE(5 + text.length, 2);
  field.writeUInt8(1, 4);
  return Buffer.concat([field, text]);
};
const zeros = (bytes: number) => deflateRawSync(Buffer.alloc(bytes), { level: 9 });

const hostile: Record<string, [fault: string, parts: ZipPart[], more?: Partial<ArchiveLimits>]> = {
  'a way up': ['name', [file('../evil')]],
  'a way up further in': ['name', [file('a/../../evil')]],
  'a way up at the end': ['name', [file('a/..')]],
  'a way up by backslash': ['name', [file('..\\evil')]],
  'a way up behind a good name': ['name', [file('good'), file('../evil')]],
  'a folder beside that begins alike': ['name', [file('../dest-evil/x')]],
  'a name from the root': ['name', [file('/etc/passwd')]],
  'a name from the root twice': ['name', [file('//host/share/x')]],
  'a drive': ['name', [file('C:\\evil')]],
  'a drive with a slash': ['name', [file('C:/evil')]],
  'a drive alone': ['name', [file('C:evil')]],
  'a share': ['name', [file('\\\\host\\share\\evil')]],
  'a device path': ['name', [file('\\\\?\\C:\\evil')]],
  'another stream': ['name', [file('a.txt:evil')]],
  'no name': ['name', [file('')]],
  'a folder without a name': ['name', [file('/')]],
  'a part without a name': ['name', [file('a//b')]],
  'a dot': ['name', [file('./a')]],
  'a NUL': ['name', [file('a.txt\0.png')]],
  'a line': ['name', [file('a\nb')]],
  'a mark that turns the direction': ['name', [file('a\u202egpj.exe')]],
  'a zero-width space': ['name', [file('a\u200bb')]],
  'an overlong slash': ['name', [file(Buffer.from([0x2e, 0x2e, 0xc0, 0xaf, 0x61]))]],
  'half a character': ['name', [file(Buffer.from([0x61, 0xe4, 0xbd]))]],
  'another code page': ['name', [file(Buffer.from([0x84]), { flags: 0 })]],
  'a second name in a field': ['name', [file('good', { extra: unicodePath('../evil') })]],
  'a name too long': ['name', [file('a'.repeat(256))]],
  'a path too long': ['name', [file(`${'a/'.repeat(600)}a`)]],
  'a dot at the end': ['name', [file('a.')]],
  'a space at the end': ['name', [file('a /b')]],
  ...Object.fromEntries(
    ['CON', 'nul', 'aux.txt', 'COM1', 'lpt9.log', 'PRN .x', 'COM¹', 'a/con/b', 'CONIN$'].map(
      (name): [string, [string, ZipPart[]]] => [`the device ${name}`, ['name', [file(name)]]],
    ),
  ),
  'one name twice': ['name', [file('a'), file('a')]],
  'one name in two cases': ['name', [file('Readme'), file('README')]],
  'one folder in two cases': ['name', [file('a/b'), file('A/b')]],
  'one name composed in two ways': ['name', [file('caf\u00e9'), file('cafe\u0301')]],
  'one name wide and narrow': ['name', [file('ａ'), file('a')]],
  'one name with a long s': ['name', [file('ſ'), file('s')]],
  'a file and a folder of one name': ['name', [file('a'), file('a/b')]],
  'a folder and a file of one name': ['name', [file('a/b'), file('a')]],
  'one folder named twice': ['name', [file('a/', { content: '' }), file('a/', { content: '' })]],
  'a symbolic link': ['kind', [file('a', { content: '/etc/passwd', attributes: mode(0o120777) })]],
  'a symbolic link that looks like a folder': ['kind', [file('a/', { content: '', attributes: mode(0o120777) })]],
  'a device': ['kind', [file('a', { attributes: mode(0o020666) })]],
  'a disk': ['kind', [file('a', { attributes: mode(0o060666) })]],
  'a pipe': ['kind', [file('a', { attributes: mode(0o010666) })]],
  'a socket': ['kind', [file('a', { attributes: mode(0o140666) })]],
  'a folder that is said to be a file': ['kind', [file('a/', { content: '', attributes: mode(0o100644) })]],
  'a folder with content': ['kind', [file('a/')]],
  'an encrypted file': ['encrypted', [file('a', { flags: 0x0801, method: 8 })]],
  'a strongly encrypted file': ['damaged', [file('a', { flags: 0x0841, method: 8 })]],
  'an encrypted list': ['encrypted', [file('a', { flags: 0x2800 })]],
  'an unknown way of packing': ['kind', [file('a', { method: 99 })]],
  'more entries than may be': ['size', [file('a'), file('b'), file('c')], { entries: 2 }],
  'an entry larger than may be': ['size', [file('a', { saysBytes: 5_000_000, method: 8 })]],
  'more than may be together': ['size', [file('a'), file('b')], { totalBytes: 1 }],
  'a bomb that says so': ['size', [file('a', { packed: zeros(3_000_000), saysBytes: 3_000_000, method: 8 })]],
  'a bomb that says it is small': ['damaged', [file('a', { packed: zeros(3_000_000), saysBytes: 10, method: 8 })]],
  'less than was said': ['damaged', [file('a', { packed: zeros(10), saysBytes: 20, method: 8 })]],
  'a stored file of two sizes': ['damaged', [file('a', { saysBytes: 2, saysPacked: 1 })]],
  'rubbish for content': ['damaged', [file('a', { packed: Buffer.from('rubbish'), saysBytes: 10, method: 8 })]],
  'content beyond the end': ['damaged', [file('a', { saysPacked: 60_000, saysBytes: 60_000 })]],
  'two names for one entry': ['damaged', [file('good', { localName: 'evil' })]],
  'a list that ends early': ['damaged', [file('a')]],
};
const endingEarly = (bytes: Buffer) => {
  bytes.writeUInt16LE(2, bytes.length - 12);
  bytes.writeUInt16LE(2, bytes.length - 14);
  return bytes;
};

describe('an archive made to do harm', () => {
  test.each(Object.entries(hostile))('is refused, as a file and as bytes: %s', async (what, [fault, parts, more]) => {
    const bytes = what === 'a list that ends early' ? endingEarly(zipBytes(parts)) : zipBytes(parts);
    const path = join(folder, 'hostile.zip');
    writeFileSync(path, bytes);
    for (const source of [bytes, path])
      await expect(read(source, more)).rejects.toMatchObject({ name: 'ArchiveRefused', fault });
    expect(readdirSync(folder)).toEqual(['hostile.zip']);
    expect(existsSync(join(folder, '..', 'evil'))).toBe(false);
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('hello')],
    ['an end without a beginning', zipBytes([]).subarray(0, 10)],
  ])('is refused where it is none: %s', async (_what, bytes) => {
    await expect(read(bytes)).rejects.toMatchObject({ fault: 'not an archive' });
  });

  test('is refused when its time is up', async () => {
    const bytes = zipBytes(Array.from({ length: 50 }, (_, at) => file(`a${at}`)));
    await expect(read(bytes, { timeoutMs: -1 })).rejects.toMatchObject({ fault: 'time' });
  });

  test('is refused or read, whatever bytes are changed in it, and nothing else happens', async () => {
    const good = zipBytes([file('a/b.txt', { content: 'hello '.repeat(20), method: 8 }), file('c.txt')]);
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
        const bytes = Buffer.from(good);
        bytes.writeUInt8((bytes.readUInt8(at) + by) % 256, at);
        const error = await read(bytes).then(
          () => null,
          (refusal: unknown) => refusal,
        );
        if (error !== null) expect(error).toMatchObject({ name: 'ArchiveRefused' });
      }),
      { numRuns: 500 },
    );
  });

  test('costs no memory to refuse: ten gigabytes of zeros, a million entries, one inside the other', async () => {
    const chunk = zeros(1024 * 1024);
    const tenGigabytes = zipBytes([
      file('zeros', {
        packed: Buffer.concat(Array.from({ length: 10 }, () => chunk)),
        saysBytes: 0xfffffffe,
        method: 8,
      }),
    ]);
    const million = zipBytes([file('a')], { saysEntries: 1_000_000 });
    const many = zipBytes(Array.from({ length: 65_000 }, (_, at) => file(String(at), { content: '' })));
    const nested = zipBytes([file('inner.zip', { content: tenGigabytes })]);
    const before = process.memoryUsage().rss;
    await expect(read(tenGigabytes)).rejects.toMatchObject({ fault: 'size' });
    for (const bytes of [million, many]) await expect(read(bytes)).rejects.toMatchObject({ fault: 'size' });
    await expect(read(nested)).resolves.toHaveProperty(['inner.zip']);
    expect(process.memoryUsage().rss - before).toBeLessThan(50 * 1024 * 1024);
  });
});

describe('an archive in order', () => {
  test('comes back as it was written, by us', async () => {
    const files = [
      { name: 'about.json', content: Buffer.from('{}') },
      { name: 'folder/说明.txt', content: Buffer.from('你好'.repeat(1_000)) },
      { name: 'empty', content: Buffer.alloc(0) },
    ];
    const bytes = await writeZip(files, new Date('2026-11-24T00:00:00Z'));
    expect(await read(bytes)).toEqual(Object.fromEntries(files.map(({ name, content }) => [name, content.toString()])));
  });

  test('comes back as others write it: folders, packed and stored', async () => {
    const parts = [
      file('a/', { content: '' }),
      file('a/b.txt', { content: 'hello'.repeat(100), method: 8, attributes: mode(0o100644) }),
      file('a/c/d.txt', { content: 'stored' }),
      file('..a..b', { content: 'dots' }),
    ];
    expect(await read(zipBytes(parts))).toEqual({
      'a/b.txt': 'hello'.repeat(100),
      'a/c/d.txt': 'stored',
      '..a..b': 'dots',
    });
  });

  test('is not written by us with a name that we would refuse', async () => {
    for (const name of ['../a', '/a', 'CON', 'a\\b', ''])
      await expect(writeZip([{ name, content: Buffer.alloc(0) }], new Date(0))).rejects.toMatchObject({
        fault: 'name',
      });
  });
});
