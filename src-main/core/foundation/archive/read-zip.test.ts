import fs, { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type ArchiveLimits, readZip } from './index.ts';
import { type ZipPart, zipBytes } from './zip-bytes.fixture.ts';

const limits: ArchiveLimits = {
  entries: 100,
  totalBytes: 8_000_000,
  entryBytes: 8_000_000,
  ratio: 100,
  timeoutMs: 60_000,
};
const mebibyte = 1024 * 1024;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clawdbot-read-zip-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => {
  vi.restoreAllMocks();
});

/** The names that were given out, and the error that ended it. */
async function read(source: string | Buffer, more: Partial<ArchiveLimits> = {}) {
  const names: string[] = [];
  try {
    for await (const { name } of readZip(source, { ...limits, ...more })) names.push(name);
  } catch (error) {
    return { names, error };
  }
  return { names, error: null };
}

const sized = (name: string, bytes: number, more: Partial<ZipPart> = {}): ZipPart => ({
  name,
  content: Buffer.alloc(bytes),
  ...more,
});
const refusal = (fault: string, why: string) =>
  expect.objectContaining({ name: 'ArchiveRefused', fault, message: `the archive is refused: ${why}` });

describe('a bound', () => {
  test('on entries may be reached, and nothing is read of an archive beyond it', async () => {
    const bytes = zipBytes([sized('a', 1), sized('b/', 0), sized('c', 1)]);
    expect(await read(bytes, { entries: 3 })).toEqual({ names: ['a', 'c'], error: null });
    expect(await read(bytes, { entries: 2 })).toEqual({
      names: [],
      error: refusal('size', 'it has more than 2 entries'),
    });
  });

  test('on the bytes of an entry may be reached, and what came before one beyond it is given out', async () => {
    const bytes = zipBytes([sized('a', 10), sized('b', 11)]);
    expect(await read(bytes, { entryBytes: 11 })).toEqual({ names: ['a', 'b'], error: null });
    expect(await read(bytes, { entryBytes: 10 })).toEqual({
      names: ['a'],
      error: refusal('size', 'an entry is too large'),
    });
  });

  test('on the bytes together may be reached', async () => {
    const bytes = zipBytes([sized('a', 10), sized('b', 11)]);
    expect(await read(bytes, { totalBytes: 21 })).toEqual({ names: ['a', 'b'], error: null });
    expect(await read(bytes, { totalBytes: 20 })).toEqual({
      names: ['a'],
      error: refusal('size', 'it is too large unpacked'),
    });
  });

  test('on what a byte unpacks to may be reached', async () => {
    const bytes = 3_000_000;
    const packed = deflateRawSync(Buffer.alloc(bytes), { level: 9 });
    const zip = zipBytes([sized('a', bytes, { method: 8, packed })]);
    const ratio = Math.ceil(bytes / packed.length);
    expect(await read(zip, { ratio })).toEqual({ names: ['a'], error: null });
    expect(await read(zip, { ratio: ratio - 1 })).toEqual({
      names: [],
      error: refusal('size', `an entry unpacks to more than ${ratio - 1} times its size`),
    });
  });

  test('on what a byte unpacks to does not trouble what is stored as it is', async () => {
    expect(await read(zipBytes([sized('a', 2 * mebibyte)]), { ratio: 1 })).toEqual({ names: ['a'], error: null });
  });

  test('on what a byte unpacks to is for more than a mebibyte', async () => {
    const packed = (bytes: number) => zipBytes([sized('a', bytes, { method: 8 })]);
    expect(await read(packed(mebibyte), { ratio: 1 })).toEqual({ names: ['a'], error: null });
    expect(await read(packed(mebibyte + 1), { ratio: 1 })).toEqual({
      names: [],
      error: refusal('size', 'an entry unpacks to more than 1 times its size'),
    });
  });
});

describe('the time that reading may take', () => {
  test.each([
    ['before a file', sized('b', 1)],
    ['before a file with nothing in it', sized('b', 0)],
    ['before a folder', sized('b/', 0)],
  ])('may be used up, and is over after that: %s', async (_what, second) => {
    const bytes = zipBytes([sized('a', 1), second]);
    const inTime = async (secondAt: number) => {
      let now = 1_000;
      vi.spyOn(performance, 'now').mockImplementation(() => now);
      for await (const { name } of readZip(bytes, { ...limits, timeoutMs: 100 })) if (name === 'a') now = secondAt;
    };
    await expect(inTime(1_100)).resolves.toBeUndefined();
    await expect(inTime(1_101)).rejects.toEqual(refusal('time', 'reading it takes longer than 100 ms'));
  });

  test('is over in the middle of an entry too', async () => {
    let now = 0;
    // Each look at the clock is a millisecond later: far fewer than the pieces in which the content comes.
    vi.spyOn(performance, 'now').mockImplementation(() => now++);
    const bytes = zipBytes([sized('a', 4 * mebibyte, { method: 8 })]);
    expect(await read(bytes, { timeoutMs: 10, ratio: 10_000 })).toEqual({
      names: [],
      error: refusal('time', 'reading it takes longer than 10 ms'),
    });
  });
});

describe('a refusal', () => {
  const mode = (value: number) => (value << 16) >>> 0;
  /** A field that this program does not know, which may stand before one that it does. */
  const unknownField = Buffer.from([0x55, 0x54, 0, 0]);
  const secondName = Buffer.from([0x75, 0x70, 6, 0, 1, 0, 0, 0, 0, 0x62]);
  test.each<[fault: string, why: string, parts: ZipPart]>([
    ['encrypted', 'an entry is encrypted', sized('a', 20, { flags: 0x0801, method: 8 })],
    ['encrypted', 'an entry is encrypted', sized('a', 20, { flags: 0x2800 })],
    ['kind', 'an entry is packed in an unknown way', sized('a', 20, { method: 12 })],
    ['name', 'an entry has a second name', sized('a', 20, { extra: Buffer.concat([unknownField, secondName]) })],
    ['name', 'a name is in an unknown code page', sized('é', 20, { flags: 0 })],
    [
      'kind',
      'an entry is neither a file nor a folder, or not the one its name says',
      sized('a', 20, { attributes: mode(0o120777) }),
    ],
    [
      'kind',
      'an entry is neither a file nor a folder, or not the one its name says',
      sized('a', 20, { attributes: mode(0o040755) }),
    ],
    ['kind', 'a folder has content', sized('a/', 20, { attributes: mode(0o040755) })],
  ])('says what is wrong before it looks at a size: %s, %s', async (fault, why, part) => {
    expect(await read(zipBytes([part]), { entryBytes: 1 })).toEqual({ names: [], error: refusal(fault, why) });
  });

  test('is for a name before it is for anything else of the entry', async () => {
    const bytes = zipBytes([sized('../a', 20, { flags: 0x0801, method: 99 })]);
    expect(await read(bytes, { entryBytes: 1 })).toEqual({
      names: [],
      error: refusal('name', 'a name leads elsewhere'),
    });
  });

  test.each<[what: string, parts: ZipPart]>([
    ['another name', sized('a', 1, { localName: 'b' })],
    ['a longer name', sized('a', 1, { localName: 'a/../b' })],
    ['another name of a folder', sized('a/', 0, { localName: 'b/' })],
    ['another way of packing', sized('a', 1, { localMethod: 8 })],
  ])('is for what the list and the place of an entry say differently: %s', async (_what, part) => {
    expect(await read(zipBytes([part]))).toEqual({
      names: [],
      error: refusal('damaged', 'an entry says one thing in the list and another in its place'),
    });
  });

  test('is for content that is not what was packed, at the same size', async () => {
    const bytes = zipBytes([{ name: 'a', content: Buffer.from('the amount is 100') }]);
    bytes[bytes.indexOf('100')] = 0x39;
    expect(await read(bytes)).toEqual({
      names: [],
      error: refusal('damaged', 'the content of an entry is not what was packed'),
    });
  });

  test('of damage carries what was found', async () => {
    const bytes = zipBytes([sized('a', 10, { method: 8, packed: deflateRawSync(Buffer.alloc(20)) })]);
    const { error } = await read(bytes);
    expect(error).toEqual(refusal('damaged', 'it is damaged'));
    expect(error).toHaveProperty('cause.message', expect.stringContaining('too many bytes'));
  });

  test('of what is no zip carries what was found, in a file that is not there too', async () => {
    const found = await read(Buffer.from('hello'));
    expect(found.error).toEqual(refusal('not an archive', 'it is no zip'));
    expect(found.error).toHaveProperty('cause.message', expect.stringContaining('signature not found'));
    const missing = await read(join(folder, 'missing.zip'));
    expect(missing.error).toEqual(refusal('not an archive', 'it is no zip'));
    expect(missing.error).toHaveProperty('cause.code', 'ENOENT');
  });
});

describe('the file of an archive', () => {
  const good = sized('good', 100_000, { method: 8 });
  async function readClosed(parts: ZipPart[], more?: Partial<ArchiveLimits>) {
    const path = join(folder, 'opened.zip');
    writeFileSync(path, zipBytes(parts));
    const open = vi.spyOn(fs, 'open');
    const close = vi.spyOn(fs, 'close');
    const { error } = await read(path, more);
    expect(open.mock.calls.map(([opened]) => opened)).toEqual([path]);
    await vi.waitFor(() => expect(close).toHaveBeenCalledTimes(1));
    return error;
  }

  test('is closed again when it was read to its end', async () => {
    expect(await readClosed([good, sized('b', 1)])).toBeNull();
  });

  test.each<[what: string, fault: string, parts: ZipPart[], more?: Partial<ArchiveLimits>]>([
    ['unread', 'size', [good, sized('b', 1)], { entries: 1 }],
    ['for a name', 'name', [good, sized('../b', 1)]],
    ['before its content', 'damaged', [good, sized('b', 1, { localName: 'c' })]],
    ['for what it unpacks to', 'damaged', [good, sized('b', 500_000, { method: 8, saysBytes: 10 })]],
    ['for its content', 'damaged', [good, sized('b', 500_000, { method: 8, packed: Buffer.alloc(500_000, 0xff) })]],
  ])('is closed again when it was refused %s', async (_what, fault, parts, more) => {
    expect(await readClosed(parts, more)).toMatchObject({ fault });
  });

  test('is closed again when its time is up in the middle', async () => {
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now++);
    expect(await readClosed([sized('a', 4 * mebibyte)], { timeoutMs: 10 })).toMatchObject({ fault: 'time' });
  });

  test('is closed again when its reader has enough', async () => {
    const path = join(folder, 'opened.zip');
    writeFileSync(path, zipBytes([good, sized('b', 1)]));
    const close = vi.spyOn(fs, 'close');
    for await (const { name } of readZip(path, limits)) {
      expect(name).toBe('good');
      expect(close).not.toHaveBeenCalled();
      break;
    }
    await vi.waitFor(() => expect(close).toHaveBeenCalledTimes(1));
  });
});
