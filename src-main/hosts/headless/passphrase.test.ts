import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WrongUsage } from './cli-options.ts';
import { Interrupted } from './hidden-prompt.ts';
import { readPassphrase } from './passphrase.ts';

const signal = new AbortController().signal;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clawdbot-passphrase-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A terminal at which somebody answers each question as it is asked. */
function terminal(...answers: string[]) {
  const input = Object.assign(new PassThrough(), {
    isTTY: true,
    modes: [] as boolean[],
    setRawMode: (on: boolean) => input.modes.push(on),
  });
  let shown = '';
  const output = new PassThrough();
  output.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    if (text.endsWith(': ')) setImmediate(() => input.write(answers.shift() ?? '\u0003'));
  });
  return { input, output, shown: () => shown };
}

const ask = (isNew: boolean, ...answers: string[]) => {
  const at = terminal(...answers);
  return { at, passphrase: readPassphrase({ file: undefined, env: {}, terminal: at, isNew, signal }) };
};

describe('whoever is asked', () => {
  test('is not shown what they type, and the terminal is as before', async () => {
    const { at, passphrase } = ask(false, '口令 with words\r');
    expect(await passphrase).toBe('口令 with words');
    expect(at.shown()).not.toContain('words');
    expect(at.input.modes).toEqual([true, false]);
  });

  test('may correct it, and types a new one twice', async () => {
    expect(await ask(false, 'a wrong\u0015right word🙂\u007fs\u001b[A\r').passphrase).toBe('right words');
    expect(await ask(true, 'eight letters\r', 'eight letters\n').passphrase).toBe('eight letters');
    await expect(ask(true, 'eight letters\r', 'eight lettres\r').passphrase).rejects.toThrow('not the same');
    await expect(ask(true, 'short\r').passphrase).rejects.toThrow('has 5 characters');
    expect(await ask(false, 'short\r').passphrase).toBe('short');
    await expect(ask(true, '三个字\r').passphrase).rejects.toThrow('has 3 characters');
    expect(await ask(true, '四个汉字\r', '四个汉字\r').passphrase).toBe('四个汉字');
  });

  test('may leave by Ctrl-C, by Ctrl-D and by going away', async () => {
    for (const key of ['half\u0003', '\u0004']) await expect(ask(false, key).passphrase).rejects.toThrow(Interrupted);
    const ending = new AbortController();
    const at = terminal('half');
    const asked = readPassphrase({ file: undefined, env: {}, terminal: at, isNew: false, signal: ending.signal });
    ending.abort();
    await expect(asked).rejects.toThrow(Interrupted);
    expect(at.input.modes).toEqual([true, false]);
  });

  test('has to be there', async () => {
    const at = Object.assign(terminal(), {});
    at.input.isTTY = false;
    const asked = readPassphrase({ file: undefined, env: {}, terminal: at, isNew: false, signal });
    await expect(asked).rejects.toThrow(WrongUsage);
  });
});

describe('a file', () => {
  const read = (content: string | Buffer, env = {}) => {
    const file = join(folder, 'words');
    writeFileSync(file, content);
    chmodSync(file, 0o600);
    return readPassphrase({ file, env, isNew: true, signal });
  };

  test('is taken without the end of its line, and before the environment', async () => {
    const env = { CLAWDBOT_BACKUP_PASSPHRASE: 'of the environment' };
    for (const end of ['', '\n', '\r\n'])
      expect(await read(` four words, a comma ${end}`, env)).toBe(' four words, a comma ');
    expect(await readPassphrase({ file: undefined, env, isNew: true, signal })).toBe('of the environment');
  });

  test('that holds no passphrase is refused, and what it holds is not said', async () => {
    await expect(read('\n')).rejects.toThrow('is empty');
    await expect(read('x'.repeat(1025))).rejects.toThrow('longer than 1024');
    await expect(read('x'.repeat(20_000))).rejects.toThrow('larger than 16384 bytes');
    await expect(read(Buffer.from([0xff, 0xfe, 0x41]))).rejects.toThrow('it is not UTF-8');
    await expect(readPassphrase({ file: folder, isNew: true, signal })).rejects.toThrow('cannot be read');
    await expect(readPassphrase({ file: join(folder, 'none'), isNew: true, signal })).rejects.toThrow('ENOENT');
    await expect(
      readPassphrase({ file: undefined, env: { CLAWDBOT_BACKUP_PASSPHRASE: '' }, isNew: false, signal }),
    ).rejects.toThrow('is empty');
  });
});
