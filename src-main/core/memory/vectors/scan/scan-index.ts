import { Best } from '../../best.ts';
import { groupSize } from '../kernel/kernel.ts';
import type { NumberMask } from '../number-mask.ts';
import { gapsBetween } from '../ranges.ts';
import {
  checkCount,
  checkDimensions,
  type ReadVectors,
  rerank,
  unitOf,
  type VectorBatch,
  type VectorHit,
  type VectorIndex,
  type VectorRange,
  type VectorRow,
} from '../vector-index.ts';
import { type Block, BlockMemory, blockRows } from './blocks.ts';
import { quantise, quantiseQuery, signs } from './codes.ts';
import { decodeBlock, type EncodedBlock, encodeBlock } from './image.ts';

/** Up to here every allowed row is compared by its bytes, which takes a millisecond; above, signs choose whom to compare. */
const compareAllUpTo = 32_768;
/** Of the rows, this share is chosen by signs, and at least so many; of shorter vectors, whose signs say less, more. */
const chosenShare = 1 / 300;
const leastChosen = 1_000;
const fullDimensions = 384;
/** For each answer, so many by bytes are compared by what the database keeps. */
const rerankedPerHit = 4;
const leastReranked = 40;
const maxId = 2 ** 26;

export interface ScanIndex extends VectorIndex {
  readonly engine: 'scan';
  // Nothing of it takes time elsewhere.
  add(batch: VectorBatch): void;
  remove(gone: readonly Pick<VectorRow, 'id' | 'made'>[]): void;
  clear(): void;
  close(): void;
  search(query: Float32Array, count: number, mask?: NumberMask | null): VectorHit[];
  /** Full blocks, as the database may keep them. */
  sealed(): readonly Readonly<Block>[];
  encode(block: Readonly<Block>): EncodedBlock;
  /** Takes a kept block in; false for bytes that are not what was written, or that say what is known already. */
  place(image: Uint8Array, range: VectorRange): boolean;
  /** Makes one of two neighbouring blocks whose rows fit into one; false where there are none. */
  compact(): boolean;
}

interface Views {
  live: Uint8Array<ArrayBuffer>;
  numbers: Uint32Array<ArrayBuffer>;
  mades: Uint32Array<ArrayBuffer>;
  scales: Float32Array<ArrayBuffer>;
  bits: Uint8Array<ArrayBuffer>;
  codes: Int8Array<ArrayBuffer>;
}

export interface ScanOptions {
  dimensions: number;
  /** Without it, hits are those of the byte codes: one in some fifty may be another one of like nearness. */
  read?: ReadVectors | undefined;
}

/**
 * An exact scan in three passes, in WebAssembly: the signs of a vector's parts against those of the query choose some,
 * their bytes the best of those, and the vectors themselves the order.
 */
export function createScanIndex({ dimensions, read }: ScanOptions): ScanIndex {
  checkDimensions(dimensions);
  let memory = new BlockMemory(dimensions);
  /** In the order of their ranges. */
  let blocks: Block[] = [];
  const stored: (Block | undefined)[] = [];
  const views: (Views | undefined)[] = [];
  /** By memory: block and row of its vector, plus one. */
  let rowOf = new Int32Array(1_024);
  /** What the signs are measured from: the mean of the first full block. Vectors of real texts share a direction. */
  let centre: Float32Array<ArrayBuffer> | null = null;
  let size = 0;

  return {
    engine: 'scan',
    dimensions,
    get size() {
      return size;
    },
    get bytes() {
      return memory.bytes + rowOf.byteLength;
    },
    add,
    remove: (gone) => {
      for (const { id, made } of gone) {
        if (madeOf(id) === made) takeOut(id);
      }
    },
    search,
    gaps: (upto) => gapsBetween(blocks, upto),
    sealed: () => blocks.filter((block) => block.sealed),
    encode: (block) => encodeBlock(memory, dimensions, block, centre ?? new Float32Array(dimensions)),
    place,
    compact,
    clear,
    close: clear,
  };

  function clear(): void {
    memory = new BlockMemory(dimensions);
    blocks = [];
    stored.length = 0;
    views.length = 0;
    rowOf = new Int32Array(1_024);
    centre = null;
    size = 0;
  }

  function add({ after, upto, rows }: VectorBatch): void {
    const units = rows.map(({ id, vector }) => {
      if (!Number.isInteger(id) || id < 1 || id > maxId)
        throw new RangeError(`the number ${id} of a memory is not one from 1 to ${maxId}`);
      return unitOf(vector, dimensions, `the vector of memory ${id}`);
    });
    let from = after;
    let at = 0;
    do {
      const block = openAt(from);
      while (at < rows.length && block.size < blockRows) {
        const row = rows[at] as VectorRow;
        put(block, row, units[at++] as Float32Array);
        block.upto = row.made;
      }
      if (at === rows.length) block.upto = upto;
      from = block.upto;
      if (block.size === blockRows) seal(block);
    } while (at < rows.length);
  }

  /** The block that goes on after this number. */
  function openAt(after: number): Block {
    const open = blocks.find(({ sealed }) => !sealed);
    if (open?.upto === after) return open;
    if (open) seal(open);
    return insert({ after, upto: after, at: memory.take(), size: 0, alive: 0, sealed: false });
  }

  function insert(block: Block): Block {
    blocks.push(block);
    blocks.sort((one, other) => one.after - other.after || one.upto - other.upto);
    stored[block.at] = block;
    return block;
  }

  function put(block: Block, { id, made }: VectorRow, unit: Float32Array): void {
    takeOut(id);
    const row = block.size++;
    const { scales, codes } = viewsOf(block);
    scales[row] = quantise(unit, codes, row * memory.width);
    settle(block, id, made, row);
  }

  function settle(block: Block, id: number, made: number, row: number): void {
    const { live, numbers, mades } = viewsOf(block);
    numbers[row] = id;
    mades[row] = made - block.after;
    live[row >>> 3] = (live[row >>> 3] as number) | (1 << (row & 7));
    block.alive++;
    size++;
    if (id >= rowOf.length) {
      const larger = new Int32Array(Math.max(id + 1, Math.ceil(rowOf.length * 1.25)));
      larger.set(rowOf);
      rowOf = larger;
    }
    rowOf[id] = block.at * blockRows + row + 1;
  }

  function takeOut(id: number): void {
    const block = blockOf(id);
    if (!block) return;
    const row = ((rowOf[id] as number) - 1) % blockRows;
    const { live } = viewsOf(block);
    live[row >>> 3] = (live[row >>> 3] as number) & ~(1 << (row & 7));
    block.alive--;
    size--;
    rowOf[id] = 0;
  }

  function blockOf(id: number): Block | undefined {
    const place = rowOf[id] ?? 0;
    return place === 0 ? undefined : stored[Math.floor((place - 1) / blockRows)];
  }

  /** The number of the vector that a memory has, or -1. */
  function madeOf(id: number): number {
    const block = blockOf(id);
    return block ? block.after + (viewsOf(block).mades[((rowOf[id] as number) - 1) % blockRows] as number) : -1;
  }

  /** The parts of a block; new ones when the memory grew, because that ends the old. */
  function viewsOf({ at }: Block): Views {
    const known = views[at];
    if (known && known.codes.buffer === memory.buffer) return known;
    const { buffer, layout, width } = memory;
    const base = memory.addressOf(at);
    const made = {
      live: new Uint8Array(buffer, base + layout.live, blockRows / 8),
      numbers: new Uint32Array(buffer, base + layout.numbers, blockRows),
      mades: new Uint32Array(buffer, base + layout.mades, blockRows),
      scales: new Float32Array(buffer, base + layout.scales, blockRows),
      bits: new Uint8Array(buffer, base + layout.bits, (blockRows * width) / 8),
      codes: new Int8Array(buffer, base + layout.codes, blockRows * width),
    };
    views[at] = made;
    return made;
  }

  function seal(block: Block): void {
    centre ??= meanOf(block);
    setSigns(block, centre);
    block.sealed = true;
  }

  function meanOf(block: Block): Float32Array<ArrayBuffer> {
    const { codes, scales } = viewsOf(block);
    const mean = new Float32Array(dimensions);
    for (let row = 0; row < block.size; row++) {
      const share = (scales[row] as number) / block.size;
      for (let at = 0; at < dimensions; at++)
        mean[at] = (mean[at] as number) + (codes[row * memory.width + at] as number) * share;
    }
    return mean;
  }

  function setSigns(block: Block, from: Float32Array): void {
    const { codes, scales, bits } = viewsOf(block);
    for (let row = 0; row < block.size; row++) {
      const scale = scales[row] as number;
      const first = row * memory.width;
      signs(codes, first, scale, from, bits, first / 8);
    }
  }

  function search(query: Float32Array, count: number, mask: NumberMask | null = null): VectorHit[] {
    checkCount(count);
    const unit = unitOf(query, dimensions, 'the vector of a query');
    if (size === 0 || mask?.size === 0) return [];
    const worth = placeQuery(unit);
    const wanted = mask ? memory.placeMask(mask.bits) : null;
    const allowed = blocks.map((block) => allow(block, mask, wanted));
    const best = new Best(read ? Math.max(rerankedPerHit * count, leastReranked) : count);
    const compare = (block: Block, places: number): void => scoreInto(best, block, places, worth);
    const isEvery = Math.min(size, mask?.size ?? size) <= compareAllUpTo;
    blocks.forEach((block, at) => {
      if (isEvery || !block.sealed)
        compare(block, memory.kernel.list(groupsOf(block), allowed[at] as number, memory.scratch.places));
    });
    if (!isEvery) compareNear(allowed, compare);
    const found = best.take();
    return read
      ? rerank(
          unit,
          found.map(({ id }) => id),
          count,
          read,
        )
      : found;
  }

  function placeQuery(unit: Float32Array): number {
    const numbers = new Int16Array(memory.buffer, memory.scratch.query, memory.width);
    const bits = new Uint8Array(memory.buffer, memory.scratch.queryBits, memory.width / 8);
    signs(unit, 0, 1, centre ?? new Float32Array(dimensions), bits, 0);
    return quantiseQuery(unit, numbers);
  }

  /** Where the bits stand that say which rows of a block may answer. */
  function allow(block: Block, mask: NumberMask | null, wanted: number | null): number {
    const base = memory.addressOf(block.at);
    const { layout, kernel } = memory;
    if (!mask || wanted === null) return base + layout.live;
    kernel.select(
      base + layout.numbers,
      base + layout.live,
      groupsOf(block),
      wanted,
      mask.bits.length,
      base + layout.allowed,
    );
    return base + layout.allowed;
  }

  /** Compares those whose signs are nearest. */
  function compareNear(allowed: readonly number[], compare: (block: Block, places: number) => void): void {
    const { kernel, layout, scratch } = memory;
    const histogram = new Uint32Array(memory.buffer, scratch.histogram, memory.width + 1).fill(0);
    const near = blocks.flatMap((block, at) =>
      block.sealed && block.size > 0
        ? [{ block, distances: memory.addressOf(block.at) + layout.distances, allowed: allowed[at] as number }]
        : [],
    );
    for (const each of near) {
      const bits = memory.addressOf(each.block.at) + layout.bits;
      kernel.distances(bits, scratch.queryBits, groupsOf(each.block), each.allowed, each.distances, scratch.histogram);
    }
    const most = distanceOf(
      histogram,
      Math.max(leastChosen, size * chosenShare) * Math.max(1, fullDimensions / dimensions),
    );
    for (const each of near)
      compare(each.block, kernel.collect(each.distances, groupsOf(each.block), each.allowed, most, scratch.places));
  }

  function scoreInto(best: Best, block: Block, count: number, worth: number): void {
    if (count === 0) return;
    const { kernel, layout, scratch, buffer } = memory;
    const base = memory.addressOf(block.at);
    kernel.score(base + layout.codes, base + layout.scales, scratch.query, scratch.places, count, scratch.scores);
    const places = new Uint16Array(buffer, scratch.places, count);
    const scores = new Float32Array(buffer, scratch.scores, count);
    const { numbers } = viewsOf(block);
    for (let at = 0; at < count; at++)
      best.offer((scores[at] as number) * worth, numbers[places[at] as number] as number);
  }

  function place(image: Uint8Array, range: VectorRange): boolean {
    const open = blocks.find((block) => !block.sealed);
    if (open) seal(open);
    if (blocks.some(({ after, upto }) => range.after < upto && range.upto > after)) return false;
    const at = memory.take();
    const block: Block = { ...range, at, size: 0, alive: 0, sealed: true };
    const decoded = decodeBlock(memory, dimensions, at, image);
    if (!decoded) {
      memory.give(at);
      return false;
    }
    insert(block);
    const { live, numbers, mades } = viewsOf(block);
    live.fill(0);
    block.size = decoded.size;
    for (let row = 0; row < decoded.size; row++) {
      const [id, made] = [numbers[row] as number, range.after + (mades[row] as number)];
      if (id === 0 || madeOf(id) > made) continue;
      takeOut(id);
      settle(block, id, made, row);
    }
    centre ??= decoded.centre;
    if (decoded.centre.some((part, each) => part !== centre?.[each])) setSigns(block, centre);
    return true;
  }

  function compact(): boolean {
    for (let at = 0; at + 1 < blocks.length; at++) {
      const [one, other] = [blocks[at] as Block, blocks[at + 1] as Block];
      const isPair = one.sealed && other.sealed && one.upto === other.after && one.alive + other.alive <= blockRows;
      if (!isPair) continue;
      const merged = insert({ after: one.after, upto: other.upto, at: memory.take(), size: 0, alive: 0, sealed: true });
      for (const source of [one, other]) moveRows(source, merged);
      blocks = blocks.filter((block) => block !== one && block !== other);
      memory.give(one.at);
      memory.give(other.at);
      return true;
    }
    return false;
  }

  function moveRows(from: Block, to: Block): void {
    const [source, target] = [viewsOf(from), viewsOf(to)];
    const { width } = memory;
    for (let row = 0; row < from.size; row++) {
      if ((((source.live[row >>> 3] as number) >>> (row & 7)) & 1) === 0) continue;
      const id = source.numbers[row] as number;
      const into = to.size++;
      target.scales[into] = source.scales[row] as number;
      target.codes.set(source.codes.subarray(row * width, (row + 1) * width), into * width);
      target.bits.set(source.bits.subarray((row * width) / 8, ((row + 1) * width) / 8), (into * width) / 8);
      const made = from.after + (source.mades[row] as number);
      takeOut(id);
      settle(to, id, made, into);
    }
  }
}

/** A block has at least one group, which may have no row. */
const groupsOf = ({ size }: Block): number => Math.max(1, Math.ceil(size / groupSize));

/** The distance up to which there are so many. Many at one distance, as of one text said often, are all compared. */
function distanceOf(histogram: Uint32Array, wanted: number): number {
  let count = 0;
  for (let distance = 0; distance < histogram.length; distance++) {
    count += histogram[distance] as number;
    if (count >= wanted) return distance;
  }
  return histogram.length;
}
