import { crc32 } from 'node:zlib';
import { type Block, type BlockMemory, blockRows } from './blocks.ts';

/** Another layout, or another way of making codes, makes another number. */
export const imageFormat = 1;
/** Checksum, format, dimensions, rows. */
const headerBytes = 16;

export interface EncodedBlock {
  image: Uint8Array<ArrayBuffer>;
  /** The numbers of its memories lie between these. */
  lowest: number;
  highest: number;
}

export interface DecodedBlock {
  size: number;
  centre: Float32Array<ArrayBuffer>;
}

/** A block as one stretch of bytes: header, centre, then its memory as it is. Rows that were taken out are zeros in it. */
export function encodeBlock(
  memory: BlockMemory,
  dimensions: number,
  { at, size }: Readonly<Block>,
  centre: Float32Array<ArrayBuffer>,
): EncodedBlock {
  const { layout, buffer, width } = memory;
  const image = new Uint8Array(headerBytes + centre.byteLength + layout.bytes - layout.live);
  const header = new DataView(image.buffer);
  header.setUint32(4, imageFormat, true);
  header.setUint32(8, dimensions, true);
  header.setUint32(12, size, true);
  image.set(new Uint8Array(centre.buffer), headerBytes);
  const body = image.subarray(headerBytes + centre.byteLength);
  body.set(new Uint8Array(buffer, memory.addressOf(at) + layout.live, body.length));
  const part = (from: number): number => from - layout.live;
  const numbers = new Uint32Array(buffer, memory.addressOf(at) + layout.numbers, blockRows);
  let [lowest, highest] = [Number.MAX_SAFE_INTEGER, 0];
  for (let row = 0; row < blockRows; row++) {
    if ((((body[row >>> 3] as number) >>> (row & 7)) & 1) === 1) {
      lowest = Math.min(lowest, numbers[row] as number);
      highest = Math.max(highest, numbers[row] as number);
      continue;
    }
    for (const column of [layout.numbers, layout.mades, layout.scales])
      body.fill(0, part(column) + 4 * row, part(column) + 4 * row + 4);
    body.fill(0, part(layout.bits) + (row * width) / 8, part(layout.bits) + ((row + 1) * width) / 8);
    body.fill(0, part(layout.codes) + row * width, part(layout.codes) + (row + 1) * width);
  }
  header.setUint32(0, crc32(image.subarray(4)), true);
  return { image, lowest, highest };
}

/** Fills the block at this place; null, and nothing filled, for bytes that are not what was written. */
export function decodeBlock(
  memory: BlockMemory,
  dimensions: number,
  at: number,
  image: Uint8Array,
): DecodedBlock | null {
  const { layout, buffer } = memory;
  const centreBytes = 4 * dimensions;
  if (image.length !== headerBytes + centreBytes + layout.bytes - layout.live) return null;
  const header = new DataView(image.buffer, image.byteOffset, headerBytes);
  if (header.getUint32(0, true) !== crc32(image.subarray(4))) return null;
  const size = header.getUint32(12, true);
  if (header.getUint32(4, true) !== imageFormat || header.getUint32(8, true) !== dimensions || size > blockRows)
    return null;
  const centre = new Float32Array(dimensions);
  new Uint8Array(centre.buffer).set(image.subarray(headerBytes, headerBytes + centreBytes));
  const body = image.subarray(headerBytes + centreBytes);
  new Uint8Array(buffer, memory.addressOf(at) + layout.live, body.length).set(body);
  return { size, centre };
}
