import { crc32 } from 'node:zlib';

const checksumBytes = 4;

/** A vector as the database keeps it: a checksum, then its parts as 32-bit floats, little-endian. */
export function encodeVector(vector: Float32Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(checksumBytes + 4 * vector.length);
  const view = new DataView(bytes.buffer);
  vector.forEach((part, at) => view.setFloat32(checksumBytes + 4 * at, part, true));
  view.setUint32(0, crc32(bytes.subarray(checksumBytes)), true);
  return bytes;
}

/** Null for bytes that are not what was written, or a vector of another length. */
export function decodeVector(bytes: Uint8Array, dimensions: number): Float32Array<ArrayBuffer> | null {
  if (bytes.length !== checksumBytes + 4 * dimensions) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(0, true) !== crc32(bytes.subarray(checksumBytes))) return null;
  // A copy of its own: floats have to begin where they may, and those of a blob begin anywhere.
  const vector = new Float32Array(dimensions);
  if (isLittleEndian) {
    new Uint8Array(vector.buffer).set(bytes.subarray(checksumBytes));
    return vector;
  }
  return vector.map((_, at) => view.getFloat32(checksumBytes + 4 * at, true));
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
