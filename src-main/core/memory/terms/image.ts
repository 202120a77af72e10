import { crc32 } from 'node:zlib';
import { type Docs, emptyDocs, finished, maxSegmentSize, type Range, type Segment, type Terms } from './segment.ts';

/** Another reading of texts or another layout makes another number; the dictionary of Chinese words comes with ICU. */
export const imageFormat = `1 ${process.versions['icu'] ?? 'no-icu'}`;

/** In the order of the image: checksum, memories, keys, bytes of postings. */
const headerBytes = 16;
const docColumns = [
  'seqs',
  'createdAt',
  'senders',
  'conversations',
  'subjects',
  'platforms',
  'lengths',
  'live',
] as const;
const termColumns = ['keys', 'counts', 'offsets', 'bytes'] as const;

/** A segment as one stretch of bytes: its columns one after the other, each at a multiple of eight. */
export function encodeImage({ docs, terms }: Segment): Uint8Array<ArrayBuffer> {
  const columns = columnsOf(docs, terms);
  const image = new Uint8Array(headerBytes + columns.reduce((total, { byteLength }) => total + padded(byteLength), 0));
  const header = new DataView(image.buffer);
  header.setUint32(4, docs.size, true);
  header.setUint32(8, terms.keys.length, true);
  header.setUint32(12, terms.bytes.length, true);
  let at = headerBytes;
  for (const { buffer, byteOffset, byteLength } of columns) {
    image.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += padded(byteLength);
  }
  header.setUint32(0, crc32(image.subarray(4)), true);
  return image;
}

/** Null for bytes that are not what was written. */
export function decodeImage(image: Uint8Array, range: Range): Segment | null {
  // A copy of its own: columns have to begin where numbers may, and those of a blob begin anywhere.
  const bytes = Uint8Array.from(image);
  if (bytes.length < headerBytes) return null;
  const header = new DataView(bytes.buffer);
  if (header.getUint32(0, true) !== crc32(bytes.subarray(4))) return null;
  const size = header.getUint32(4, true);
  const keys = header.getUint32(8, true);
  if (size > maxSegmentSize) return null;
  const docs = emptyDocs(size);
  const terms: Terms = {
    keys: new Float64Array(keys),
    counts: new Uint32Array(keys),
    offsets: new Uint32Array(keys),
    bytes: new Uint8Array(header.getUint32(12, true)),
  };
  let at = headerBytes;
  for (const column of columnsOf(docs, terms)) {
    const filled = new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
    if (at + filled.length > bytes.length) return null;
    filled.set(bytes.subarray(at, at + filled.length));
    at += padded(filled.length);
  }
  return finished(range, docs, terms);
}

const columnsOf = (docs: Docs, terms: Terms) => [
  ...docColumns.map((name) => docs[name]),
  ...termColumns.map((name) => terms[name]),
];

const padded = (bytes: number): number => Math.ceil(bytes / 8) * 8;
