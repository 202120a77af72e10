import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BackupRefused } from '../backup-refused.ts';
import { openChunk, sealChunk } from './chunks.ts';
import { chunkBytes, fileBytesOf, headerBytes, payloadOf, tagBytes } from './header.ts';
import { openContainer } from './read-container.ts';
import { sealedFile } from './write-container.ts';

const passphrase = 'four words and a comma,';
const sealedChunk = chunkBytes + tagBytes;
const signal = new AbortController().signal;
let folder: string;
let content: Buffer;
let whole: Buffer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clawdbot-container-'));
  content = randomBytes(3 * chunkBytes + 1234);
  whole = await seal(content);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function seal(plain: Buffer): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const parts = async function* () {
    for (let at = 0; at < plain.length; at += 10_007) yield plain.subarray(at, at + 10_007);
  };
  const onProgress = () => {};
  for await (const piece of sealedFile({
    passphrase,
    payload: plain.length,
    parts: parts(),
    signal,
    onProgress,
    logN: 14,
  }))
    pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

let turn = 0;
async function read(bytes: Buffer, words = passphrase): Promise<Buffer> {
  const path = join(folder, `file-${turn++}`);
  writeFileSync(path, bytes);
  const container = await openContainer(path);
  try {
    const pieces: Buffer[] = [];
    for await (const piece of (await container.unlock(words)).pieces(signal)) pieces.push(piece);
    return Buffer.concat(pieces);
  } finally {
    await container.close();
    rmSync(path);
  }
}

async function faultOf(bytes: Buffer, words?: string): Promise<string> {
  try {
    await read(bytes, words);
    return 'none';
  } catch (error) {
    if (error instanceof BackupRefused) return error.fault;
    throw error;
  }
}

function altered(change: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.from(whole);
  change(bytes);
  return bytes;
}

const flipped = (bit: number): Buffer =>
  altered((bytes) => (bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))));

/** As somebody would who knows the format and not the passphrase. */
const withSum = (bytes: Buffer): Buffer => {
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 88)), 88);
  return bytes;
};

const chunkAt = (bytes: Buffer, number: number): Buffer =>
  bytes.subarray(headerBytes + number * sealedChunk, headerBytes + (number + 1) * sealedChunk);

describe('a sealed file', () => {
  test('gives back what went in, whatever its length', async () => {
    for (const length of [1, chunkBytes - 1, chunkBytes, chunkBytes + 1, 2 * chunkBytes]) {
      const plain = content.subarray(0, length);
      const sealed = await seal(plain);
      expect(sealed.length).toBe(fileBytesOf(length));
      expect(payloadOf(sealed.length)).toBe(length);
      expect(plain.equals(await read(sealed))).toBe(true);
    }
  });

  test('is another one each time, and says nothing of what is in it', async () => {
    const plain = Buffer.from('canary '.repeat(20_000));
    const [one, other] = [await seal(plain), await seal(plain)];
    expect(one.subarray(16, 48).equals(other.subarray(16, 48))).toBe(false);
    expect(one.subarray(headerBytes).equals(other.subarray(headerBytes))).toBe(false);
    expect(one.includes('canary')).toBe(false);
  });

  test('opens by the same letters, composed or not, and by no others', async () => {
    expect(await faultOf(await seal(content), `${passphrase} `)).toBe('passphrase');
    const named = async function* () {
      yield Buffer.from('x');
    };
    const pieces: Buffer[] = [];
    const given = {
      passphrase: 'caf\u00e9 caf\u00e9',
      payload: 1,
      parts: named(),
      signal,
      onProgress: () => {},
      logN: 14,
    };
    for await (const piece of sealedFile(given)) pieces.push(Buffer.from(piece));
    expect(await faultOf(Buffer.concat(pieces), 'cafe\u0301 cafe\u0301')).toBe('none');
  });
});

describe('whatever is done to it is noticed:', () => {
  test('a flipped bit anywhere in the content', async () => {
    const path = join(folder, 'flipped');
    writeFileSync(path, whole);
    const container = await openContainer(path);
    const unlocked = await container.unlock(passphrase);
    const bit = fc.integer({ min: headerBytes * 8, max: whole.length * 8 - 1 });
    await fc.assert(
      fc.asyncProperty(bit, async (at) => {
        writeFileSync(path, flipped(at));
        const reading = (async () => {
          for await (const _ of unlocked.pieces(signal)) void _;
        })();
        await expect(reading).rejects.toMatchObject({ fault: 'damaged' });
      }),
      { numRuns: 150 },
    );
    await container.close();
  });

  test('every flipped bit of the header', async () => {
    for (let at = 64; at < headerBytes * 8; at += 7) expect(await faultOf(flipped(at))).toBe('damaged');
    for (let at = 0; at < 64; at += 9) expect(await faultOf(flipped(at))).toBe('not_a_backup');
  });

  test('a cut anywhere', async () => {
    const edges = [9, 91, 92, headerBytes + sealedChunk, headerBytes + 3 * sealedChunk, whole.length - 1];
    for (const length of edges) expect(await faultOf(whole.subarray(0, length)), `${length}`).toBe('cut');
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: whole.length - 1 }), async (length) => {
        expect(await faultOf(whole.subarray(0, length))).toBe('cut');
      }),
      { numRuns: 60 },
    );
    expect(await faultOf(Buffer.alloc(0))).toBe('not_a_backup');
  });

  test('something behind its end', async () => {
    for (const more of [1, tagBytes, sealedChunk])
      expect(await faultOf(Buffer.concat([whole, randomBytes(more)]))).toBe('appended');
    expect(await faultOf(Buffer.concat([whole, whole]))).toBe('appended');
  });

  test('chunks that are swapped, doubled or of another file', async () => {
    const other = await seal(content);
    for (const [to, from, of] of [
      [0, 1, whole],
      [1, 0, whole],
      [2, 1, whole],
      [1, 1, other],
    ] as const) {
      const bytes = altered((target) => chunkAt(of, from).copy(target, headerBytes + to * sealedChunk));
      expect(await faultOf(bytes)).toBe('damaged');
    }
  });

  test('a last chunk that is left out, by somebody who puts length and sum right', async () => {
    const short = Buffer.from(whole.subarray(0, headerBytes + 3 * sealedChunk));
    short.writeBigUInt64BE(BigInt(short.length), 48);
    expect(await faultOf(withSum(short))).toBe('passphrase');
    // Even where the keys did not know the length, the mark of the last chunk would be missing.
    const key = randomBytes(32);
    const sealed = sealChunk(key, 2, false, content.subarray(0, chunkBytes));
    expect(openChunk(key, 2, true, sealed)).toBeNull();
    expect(openChunk(key, 3, false, sealed)).toBeNull();
    expect(openChunk(key, 2, false, sealed)?.equals(content.subarray(0, chunkBytes))).toBe(true);
    expect(openChunk(key, 2, false, sealed.subarray(0, 15))).toBeNull();
  });

  test('that it becomes shorter while it is read', async () => {
    const path = join(folder, 'shrinking');
    writeFileSync(path, whole);
    const container = await openContainer(path);
    const unlocked = await container.unlock(passphrase);
    truncateSync(path, headerBytes + sealedChunk);
    const reading = (async () => {
      for await (const _ of unlocked.pieces(signal)) void _;
    })();
    await expect(reading).rejects.toMatchObject({ fault: 'cut' });
    await container.close();
  });
});

describe('a header is judged before anything is computed:', () => {
  test.each([13, 19, 31, 255])('scrypt with N = 2^%i is not computed', async (logN) => {
    expect(await faultOf(withSum(altered((bytes) => (bytes[10] = logN))))).toBe('costly');
  });

  test.each([
    [11, 255, 'costly'],
    [12, 200, 'costly'],
    [13, 30, 'hostile'],
    [14, 1, 'hostile'],
    [9, 0, 'hostile'],
    [9, 2, 'newer'],
    [8, 1, 'newer'],
  ])('byte %i being %i makes it %s', async (at, value, fault) => {
    expect(await faultOf(withSum(altered((bytes) => (bytes[at] = value))))).toBe(fault);
  });

  test('lengths that no file has are refused', async () => {
    for (const length of [headerBytes, headerBytes + tagBytes, headerBytes + sealedChunk + tagBytes]) {
      const bytes = Buffer.alloc(length);
      whole.copy(bytes, 0, 0, headerBytes);
      bytes.writeBigUInt64BE(BigInt(length), 48);
      expect(await faultOf(withSum(bytes))).toBe('hostile');
    }
    expect(await faultOf(withSum(altered((bytes) => bytes.writeBigUInt64BE(2n ** 63n, 48))))).toBe('hostile');
  });

  test('other files are no backups', async () => {
    for (const bytes of [Buffer.from('PK\u0003\u0004'), Buffer.from('hello'), readFileSync(import.meta.filename)])
      expect(await faultOf(bytes)).toBe('not_a_backup');
    await expect(openContainer(folder)).rejects.toThrow(/no backup|cannot be read/);
    await expect(openContainer(join(folder, 'nowhere'))).rejects.toThrow(/is not there; check the name/);
  });
});

test('what is longer or shorter than was said is not sealed', async () => {
  for (const payload of [5, 7]) {
    const parts = async function* () {
      yield Buffer.from('sixsix');
    };
    const sealing = (async () => {
      for await (const _ of sealedFile({ passphrase, payload, parts: parts(), signal, onProgress: () => {}, logN: 14 }))
        void _;
    })();
    await expect(sealing).rejects.toThrow(/content/);
  }
});
