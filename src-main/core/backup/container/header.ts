import { crc32 } from 'node:zlib';
import { BackupRefused } from '../backup-refused.ts';

/**
 * The first 92 bytes of a backup, in the clear. All numbers are big-endian.
 *
 *      0   8  magic
 *      8   2  version of the format
 *     10   4  scrypt: log2 N, r, p; log2 of the bytes in a chunk
 *     14   2  zero
 *     16  32  salt
 *     48   8  bytes of the whole file
 *     56  32  proof of the passphrase
 *     88   4  CRC-32 of all before it
 *
 * Magic, version and sum stay where they are in every version to come, so that a newer file, a damaged one and one of
 * somebody else are told apart. The sum is against accidents; the keys are bound to the first 56 bytes.
 */
export const headerBytes = 92;
export const boundBytes = 56;
const sumAt = 88;
const magic = Buffer.from('CLAWDBKP', 'latin1');
export const formatVersion = 1;

/** What a passphrase costs to try: 128 MiB and some half a second each. */
const writtenLogN = 17;
/** What is computed for a file that says so: beyond it a file could keep a machine busy, below it guess quickly. */
const readLogN = { least: 14, most: 18 } as const;
const scryptR = 8;
const scryptP = 1;
const chunkLog = 16;
export const chunkBytes = 1 << chunkLog;
export const tagBytes = 16;

export interface Header {
  logN: number;
  salt: Buffer;
  /** Bytes of the whole file. */
  fileBytes: number;
  proof: Buffer;
  /** As it lies in the file. */
  bytes: Buffer;
}

/** The part that the keys are bound to; the proof comes out of them. */
export function boundPart({
  salt,
  fileBytes,
  logN = writtenLogN,
}: {
  salt: Buffer;
  fileBytes: number;
  logN?: number;
}): Buffer {
  const bound = Buffer.alloc(boundBytes);
  magic.copy(bound);
  bound.writeUInt16BE(formatVersion, 8);
  bound.set([logN, scryptR, scryptP, chunkLog], 10);
  salt.copy(bound, 16);
  bound.writeBigUInt64BE(BigInt(fileBytes), 48);
  return bound;
}

export function wholeHeader(bound: Buffer, proof: Buffer): Buffer {
  const header = Buffer.concat([bound, proof, Buffer.alloc(headerBytes - sumAt)]);
  header.writeUInt32BE(crc32(header.subarray(0, sumAt)), sumAt);
  return header;
}

/** Judges a header before anything is computed for it. @throws BackupRefused */
export function readHeader(bytes: Buffer, { path, fileBytes }: { path: string; fileBytes: number }): Header {
  const refuse = (fault: BackupRefused['fault'], detail = '') => new BackupRefused(fault, path, detail);
  if (bytes.length === 0 || !bytes.subarray(0, magic.length).equals(magic.subarray(0, bytes.length))) {
    throw refuse('not_a_backup');
  }
  if (bytes.length < headerBytes) throw refuse('cut', `it has ${bytes.length} bytes`);
  if (crc32(bytes.subarray(0, sumAt)) !== bytes.readUInt32BE(sumAt)) throw refuse('damaged', 'in its first 92 bytes');
  const version = bytes.readUInt16BE(8);
  if (version > formatVersion) throw refuse('newer', `format ${version}, this one reads ${formatVersion}`);

  const [logN = 0, r = 0, p = 0, chunk = 0] = bytes.subarray(10, 14);
  if (logN < readLogN.least || logN > readLogN.most || r !== scryptR || p !== scryptP) {
    throw refuse('costly', `scrypt with N = 2^${logN}, r = ${r}, p = ${p}`);
  }
  const told = bytes.readBigUInt64BE(48);
  if (version < 1 || chunk !== chunkLog || bytes.readUInt16BE(14) !== 0 || told > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw refuse('hostile', 'its first bytes');
  }
  const wanted = Number(told);
  if (fileBytes < wanted) throw refuse('cut', `${fileBytes} of ${wanted} bytes are there`);
  if (fileBytes > wanted) throw refuse('appended', `${fileBytes} bytes where ${wanted} were written`);
  if (payloadOf(wanted) === null) throw refuse('hostile', 'its length');
  return { logN, salt: bytes.subarray(16, 48), fileBytes: wanted, proof: bytes.subarray(boundBytes, sumAt), bytes };
}

/** Bytes of a file whose content is so long: each chunk carries a tag. */
export const fileBytesOf = (payload: number): number =>
  headerBytes + payload + tagBytes * Math.ceil(payload / chunkBytes);

/** Bytes of the content of a file that is so long; null where no file is. */
export function payloadOf(fileBytes: number): number | null {
  const sealed = fileBytes - headerBytes;
  const chunks = Math.ceil(sealed / (chunkBytes + tagBytes));
  const payload = sealed - chunks * tagBytes;
  return payload > 0 && fileBytesOf(payload) === fileBytes ? payload : null;
}

export const scryptCost = (logN: number) => ({
  N: 2 ** logN,
  r: scryptR,
  p: scryptP,
  // What scrypt takes is 128 N r; Node refuses beyond 32 MiB unless told.
  maxmem: 128 * 2 ** logN * scryptR + 1024 * 1024,
});
