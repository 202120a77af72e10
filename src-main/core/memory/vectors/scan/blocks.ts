import { createKernel, groupSize, type Kernel, type KernelMemory, maxPages } from '../kernel/kernel.ts';
import type { VectorRange } from '../vector-index.ts';

/** Rows of a block: what one image in the database holds, some 1.8 MB at 384 dimensions. */
export const blockRows = 4_096;

/**
 * A row of a block is a memory: its number (0 for none), that of its vector above the block's `after`, a scale, one sign a
 * dimension, and one byte a dimension.
 */
export interface Block extends VectorRange {
  /** Which of the blocks in the memory. */
  at: number;
  /** Rows that are filled, and those of them that still answer. */
  size: number;
  alive: number;
  /** Nothing is added any more, and the signs are there. */
  sealed: boolean;
}

/** Where the parts of a block begin. The first two are a search's own; from `live` on, the block is what an image keeps. */
export function layoutOf(width: number) {
  const distances = 0;
  const allowed = distances + 2 * blockRows;
  const live = allowed + blockRows / 8;
  const numbers = live + blockRows / 8;
  const mades = numbers + 4 * blockRows;
  const scales = mades + 4 * blockRows;
  const bits = scales + 4 * blockRows;
  const codes = bits + (blockRows * width) / 8;
  return { distances, allowed, live, numbers, mades, scales, bits, codes, bytes: codes + blockRows * width };
}

const pageBytes = 65_536;

/** The memory of an index: a few scratch regions, then blocks one after the other. */
export class BlockMemory {
  readonly kernel: Kernel;
  readonly layout: ReturnType<typeof layoutOf>;
  /** Dimensions, filled up to a multiple of 64 with zeros. */
  readonly width: number;
  readonly scratch: { query: number; queryBits: number; histogram: number; places: number; scores: number };
  private readonly memory: KernelMemory;
  private readonly start: number;
  /** Of the blocks, used or free. */
  private readonly addresses: number[] = [];
  private readonly free: number[] = [];
  private end: number;
  private mask = { address: 0, bytes: 0 };

  constructor(dimensions: number) {
    this.width = Math.ceil(dimensions / groupSize) * groupSize;
    this.layout = layoutOf(this.width);
    const { kernel, memory } = createKernel(this.width);
    this.kernel = kernel;
    this.memory = memory;
    let address = 64;
    const room = (bytes: number): number => {
      const found = address;
      address += Math.ceil(bytes / 64) * 64;
      return found;
    };
    this.scratch = {
      query: room(2 * this.width),
      queryBits: room(this.width / 8),
      histogram: room(4 * (this.width + 1)),
      places: room(2 * blockRows),
      scores: room(4 * blockRows),
    };
    this.start = address;
    this.end = address;
    this.grow();
  }

  get bytes(): number {
    return this.memory.buffer.byteLength;
  }

  get buffer(): ArrayBuffer {
    return this.memory.buffer;
  }

  /** A block of zeros. @throws RangeError when the memory is full. */
  take(): number {
    const at = this.free.pop();
    if (at !== undefined) {
      new Uint8Array(this.buffer, this.addressOf(at), this.layout.bytes).fill(0);
      return at;
    }
    return this.addresses.push(this.room(this.layout.bytes)) - 1;
  }

  give(at: number): void {
    this.free.push(at);
  }

  addressOf(at: number): number {
    return this.addresses[at] ?? this.start;
  }

  /** Where the bits of a mask lie now. */
  placeMask(bits: Uint8Array): number {
    if (bits.length > this.mask.bytes) {
      const bytes = 2 * Math.ceil(bits.length / 64) * 64;
      this.mask = { address: this.room(bytes), bytes };
    }
    new Uint8Array(this.buffer, this.mask.address, bits.length).set(bits);
    return this.mask.address;
  }

  private room(bytes: number): number {
    const found = this.end;
    this.end += Math.ceil(bytes / 64) * 64;
    try {
      this.grow();
    } catch (cause) {
      this.end = found;
      throw new RangeError(`the index of vectors has no room for more than its ${this.bytes} bytes`, { cause });
    }
    return found;
  }

  private grow(): void {
    const pages = Math.ceil((this.end - this.bytes) / pageBytes);
    if (pages <= 0) return;
    if (this.bytes / pageBytes + pages > maxPages) throw new RangeError('a memory has at most 4 GiB');
    this.memory.grow(pages);
  }
}
