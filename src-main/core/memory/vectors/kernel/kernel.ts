import {
  block,
  branch,
  branchIf,
  type Code,
  f32,
  get,
  i32,
  i64,
  loop,
  moduleOf,
  set,
  type,
  v128,
  type WasmFunction,
  when,
} from './assembler.ts';

/** Rows stand in groups of 64, one bit of a group's mask for each. */
export const groupSize = 64;
/** As far as 32 bits address. */
export const maxPages = 65_536;

/**
 * The loops of a search, made for vectors of one length so that nothing in them is counted at run time. Rows have one sign
 * a dimension as a bit, and eight-bit numbers; queries have twelve-bit numbers. Addresses are bytes in the memory.
 */
export interface Kernel {
  /** Which rows may answer: those of the mask `live` whose numbers (32 bits) have their bit in `wanted`. */
  select(numbers: number, live: number, groups: number, wanted: number, wantedBytes: number, allowed: number): void;
  /** Hamming distances of the allowed rows' bits to the query's (16 bits a row), counted in the histogram (32 bits each). */
  distances(bits: number, query: number, groups: number, allowed: number, out: number, histogram: number): void;
  /** Writes the places (16 bits) of allowed rows with a distance up to `most`; answers how many. */
  collect(distances: number, groups: number, allowed: number, most: number, out: number): number;
  /** Writes the places (16 bits) of all allowed rows; answers how many. */
  list(groups: number, allowed: number, out: number): number;
  /** Inner products of these rows with the query, each times its row's scale (32-bit floats). */
  score(codes: number, scales: number, query: number, places: number, count: number, out: number): void;
}

interface WasmApi {
  Memory: new (limits: { initial: number; maximum: number }) => KernelMemory;
  Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  Instance: new (module: object, imports: object) => { exports: unknown };
}

export interface KernelMemory {
  readonly buffer: ArrayBuffer;
  /** @throws RangeError where there is no more. */
  grow(pages: number): number;
}

// Node's types have no WebAssembly; this is what is used of it.
const { WebAssembly: wasm } = globalThis as unknown as { WebAssembly: WasmApi };

/** `dimensions` is a multiple of 64. */
export function createKernel(dimensions: number): { kernel: Kernel; memory: KernelMemory } {
  const memory = new wasm.Memory({ initial: 1, maximum: maxPages });
  const { exports } = new wasm.Instance(new wasm.Module(kernelBytes(dimensions)), { host: { memory } });
  return { kernel: exports as Kernel, memory };
}

export const kernelBytes = (dimensions: number): Uint8Array<ArrayBuffer> =>
  moduleOf([select(), distances(dimensions / 64), collect(), list(), score(dimensions)], maxPages);

const plus = (local: number, amount: number): Code => set(local, i32.add(get(local), i32.const(amount)));
const counted = (local: number, below: Code): Code => branchIf(0, i32.below(get(local), below));
/** The lowest bit of a mask, taken off. */
const withoutLowest = (mask: number): Code => set(mask, i64.and(get(mask), i64.sub(get(mask), i64.const(1))));

function select(): WasmFunction {
  const [numbers, live, groups, wanted, wantedBytes, allowed, group, row, number, mask] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
  ];
  const isWanted = i32.and(
    i32.shr(i32.load8(0, i32.add(get(wanted), i32.shr(get(number), i32.const(3)))), i32.and(get(number), i32.const(7))),
    i32.const(1),
  );
  return {
    name: 'select',
    parameters: Array.from({ length: 6 }, () => type.i32),
    result: null,
    locals: [type.i32, type.i32, type.i32, type.i64],
    body: [
      loop(
        set(mask, i64.const(0)),
        set(row, i32.const(0)),
        loop(
          set(number, i32.load(0, get(numbers))),
          when(
            i32.below(i32.shr(get(number), i32.const(3)), get(wantedBytes)),
            set(mask, i64.or(get(mask), i64.shl(i64.ofI32(isWanted), i64.ofI32(get(row))))),
          ),
          plus(numbers, 4),
          plus(row, 1),
          counted(row, i32.const(groupSize)),
        ),
        i64.store(0, get(allowed), i64.and(get(mask), i64.load(0, get(live)))),
        plus(allowed, 8),
        plus(live, 8),
        plus(group, 1),
        counted(group, get(groups)),
      ),
    ],
  };
}

function distances(words: number): WasmFunction {
  const [bits, query, groups, allowed, out, histogram, group, row, mask, distance, counter, at] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
  ];
  const queryWord = (word: number): number => 12 + word;
  const each = Array.from({ length: words }, (_, word) => word);
  const differing = (word: number): Code => i64.ones(i64.xor(i64.load(8 * word, get(at)), get(queryWord(word))));
  const measure: Code = [
    set(distance, i32.ofI64(each.slice(1).reduce((sum, word) => i64.add(sum, differing(word)), differing(0)))),
    i32.store16(0, i32.add(get(out), i32.shl(get(row), i32.const(1))), get(distance)),
    set(counter, i32.add(get(histogram), i32.shl(get(distance), i32.const(2)))),
    i32.store(0, get(counter), i32.add(i32.load(0, get(counter)), i32.const(1))),
  ];
  const all: Code = [
    set(row, i32.const(0)),
    set(at, get(bits)),
    loop(measure, plus(at, 8 * words), plus(row, 1), counted(row, i32.const(groupSize))),
  ];
  const some = block(
    loop(
      branchIf(1, i64.isZero(get(mask))),
      set(row, i32.ofI64(i64.trailingZeros(get(mask)))),
      set(at, i32.add(get(bits), i32.mul(get(row), i32.const(8 * words)))),
      measure,
      withoutLowest(mask),
      branch(0),
    ),
  );
  return {
    name: 'distances',
    parameters: Array.from({ length: 6 }, () => type.i32),
    result: null,
    locals: [type.i32, type.i32, type.i64, type.i32, type.i32, type.i32, ...each.map(() => type.i64)],
    body: [
      ...each.map((word) => set(queryWord(word), i64.load(8 * word, get(query)))),
      loop(
        set(mask, i64.load(0, get(allowed))),
        when(i64.equals(get(mask), i64.const(-1)), all, some),
        plus(allowed, 8),
        plus(bits, 8 * words * groupSize),
        plus(out, 2 * groupSize),
        plus(group, 1),
        counted(group, get(groups)),
      ),
    ],
  };
}

/** 32 distances are compared at a time: few rows are near. */
function collect(): WasmFunction {
  const [from, groups, allowed, most, out, group, row, mask, end, place, distance] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  const step = 32;
  const eight = (at: number): Code => v128.load(16 * at, get(from));
  const lowest = v128.i16x8Lower(v128.i16x8Lower(eight(0), eight(1)), v128.i16x8Lower(eight(2), eight(3)));
  const isNear = i32.and(i32.ofI64(i64.shr(get(mask), i64.ofI32(get(row)))), i32.atMost(get(distance), get(most)));
  return {
    name: 'collect',
    parameters: Array.from({ length: 5 }, () => type.i32),
    result: type.i32,
    locals: [type.i32, type.i32, type.i64, type.i32, type.i32, type.i32],
    body: [
      set(end, get(out)),
      loop(
        set(mask, i64.load(0, get(allowed))),
        set(row, i32.const(0)),
        loop(
          when(
            v128.anyTrue(v128.i16x8AtMost(lowest, v128.i16x8Splat(get(most)))),
            [
              set(place, i32.const(0)),
              loop(
                set(distance, i32.load16(0, i32.add(get(from), i32.shl(get(place), i32.const(1))))),
                when(isNear, [
                  i32.store16(0, get(end), i32.add(i32.mul(get(group), i32.const(groupSize)), get(row))),
                  plus(end, 2),
                ]),
                plus(row, 1),
                plus(place, 1),
                counted(place, i32.const(step)),
              ),
            ],
            plus(row, step),
          ),
          plus(from, 2 * step),
          counted(row, i32.const(groupSize)),
        ),
        plus(allowed, 8),
        plus(group, 1),
        counted(group, get(groups)),
      ),
      i32.shr(i32.sub(get(end), get(out)), i32.const(1)),
    ],
  };
}

function list(): WasmFunction {
  const [groups, allowed, out, group, mask, end] = [0, 1, 2, 3, 4, 5];
  return {
    name: 'list',
    parameters: [type.i32, type.i32, type.i32],
    result: type.i32,
    locals: [type.i32, type.i64, type.i32],
    body: [
      set(end, get(out)),
      loop(
        set(mask, i64.load(0, get(allowed))),
        block(
          loop(
            branchIf(1, i64.isZero(get(mask))),
            i32.store16(
              0,
              get(end),
              i32.add(i32.mul(get(group), i32.const(groupSize)), i32.ofI64(i64.trailingZeros(get(mask)))),
            ),
            plus(end, 2),
            withoutLowest(mask),
            branch(0),
          ),
        ),
        plus(allowed, 8),
        plus(group, 1),
        counted(group, get(groups)),
      ),
      i32.shr(i32.sub(get(end), get(out)), i32.const(1)),
    ],
  };
}

function score(dimensions: number): WasmFunction {
  const [codes, scales, query, places, count, out, at, place, one, two, item] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  const product = (dimension: number): Code =>
    v128.i32x4Dot(v128.load8x8(dimension, get(at)), v128.load(2 * dimension, get(query)));
  const steps = Array.from(
    { length: dimensions / 16 },
    (_, step): Code => [
      set(one, v128.i32x4Add(get(one), product(16 * step))),
      set(two, v128.i32x4Add(get(two), product(16 * step + 8))),
    ],
  );
  const lane = (number: number): Code => v128.i32x4Lane(number, get(one));
  return {
    name: 'score',
    parameters: Array.from({ length: 6 }, () => type.i32),
    result: null,
    locals: [type.i32, type.i32, type.v128, type.v128, type.i32],
    body: [
      block(
        branchIf(0, i32.isZero(get(count))),
        loop(
          set(place, i32.load16(0, get(places))),
          set(at, i32.add(get(codes), i32.mul(get(place), i32.const(dimensions)))),
          set(one, v128.i32x4Splat(i32.const(0))),
          set(two, v128.i32x4Splat(i32.const(0))),
          ...steps,
          set(one, v128.i32x4Add(get(one), get(two))),
          f32.store(
            0,
            get(out),
            f32.mul(
              f32.ofI32(i32.add(i32.add(lane(0), lane(1)), i32.add(lane(2), lane(3)))),
              f32.load(0, i32.add(get(scales), i32.shl(get(place), i32.const(2)))),
            ),
          ),
          plus(places, 2),
          plus(out, 4),
          plus(item, 1),
          counted(item, get(count)),
        ),
      ),
    ],
  };
}
