/**
 * As much of WebAssembly's binary format (core specification 2.0, with its vector instructions) as the kernel needs:
 * expressions are nested lists of bytes, operands before their instruction.
 */
export type Code = readonly (number | Code)[];

export function bytesOf(code: Code): number[] {
  const bytes: number[] = [];
  const visit = (part: number | Code): void => {
    if (typeof part === 'number') bytes.push(part);
    else for (const inner of part) visit(inner);
  };
  visit(code);
  return bytes;
}

/** LEB128 without a sign, and with one. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low | 128 : low);
  } while (rest > 0);
  return bytes;
}

function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (;;) {
    const low = rest & 127;
    rest >>= 7;
    if ((rest === 0 && (low & 64) === 0) || (rest === -1 && (low & 64) !== 0)) return [...bytes, low];
    bytes.push(low | 128);
  }
}

export const type = { i32: 0x7f, i64: 0x7e, f32: 0x7d, v128: 0x7b } as const;
type Type = (typeof type)[keyof typeof type];

const plain =
  (...opcode: number[]) =>
  (...operands: Code[]): Code => [...operands, ...opcode];
const vector = (opcode: number) => plain(0xfd, ...unsigned(opcode));
/** The alignment is the hint for a single byte: addresses need not be round. */
const memory =
  (...opcode: number[]) =>
  (offset: number, ...operands: Code[]): Code => [...operands, ...opcode, 0, ...unsigned(offset)];

/** A local or parameter by its number. */
export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number, value: Code): Code => [value, 0x21, ...unsigned(local)];

export const i32 = {
  const: (value: number): Code => [0x41, ...signed(value)],
  load: memory(0x28),
  load8: memory(0x2d),
  load16: memory(0x2f),
  store: memory(0x36),
  store16: memory(0x3b),
  add: plain(0x6a),
  sub: plain(0x6b),
  mul: plain(0x6c),
  and: plain(0x71),
  shl: plain(0x74),
  shr: plain(0x76),
  isZero: plain(0x45),
  below: plain(0x49),
  atMost: plain(0x4d),
  atLeast: plain(0x4f),
  ofI64: plain(0xa7),
} as const;

export const i64 = {
  const: (value: number): Code => [0x42, ...signed(value)],
  load: memory(0x29),
  store: memory(0x37),
  and: plain(0x83),
  or: plain(0x84),
  xor: plain(0x85),
  shl: plain(0x86),
  shr: plain(0x88),
  add: plain(0x7c),
  sub: plain(0x7d),
  ones: plain(0x7b),
  trailingZeros: plain(0x7a),
  isZero: plain(0x50),
  equals: plain(0x51),
  ofI32: plain(0xad),
} as const;

export const f32 = {
  load: memory(0x2a),
  store: memory(0x38),
  mul: plain(0x94),
  ofI32: plain(0xb2),
} as const;

export const v128 = {
  load: memory(0xfd, 0x00),
  /** Eight signed bytes as eight 16-bit numbers. */
  load8x8: memory(0xfd, 0x01),
  anyTrue: vector(0x53),
  i16x8Splat: vector(0x10),
  i16x8AtMost: vector(0x34),
  i16x8Lower: vector(0x97),
  i32x4Splat: vector(0x11),
  i32x4Add: vector(0xae),
  /** Products of 16-bit numbers, neighbours added. */
  i32x4Dot: vector(0xba),
  i32x4Lane: (lane: number, value: Code): Code => [value, 0xfd, 0x1b, lane],
} as const;

const nothing = 0x40;
export const block = (...body: Code[]): Code => [0x02, nothing, ...body, 0x0b];
export const loop = (...body: Code[]): Code => [0x03, nothing, ...body, 0x0b];
export const when = (condition: Code, then: Code, otherwise: Code = []): Code => [
  condition,
  0x04,
  nothing,
  then,
  ...(otherwise.length > 0 ? [0x05, otherwise] : []),
  0x0b,
];
/** Leaves a block, or begins a loop anew: the innermost is 0. */
export const branch = (depth: number): Code => [0x0c, depth];
export const branchIf = (depth: number, condition: Code): Code => [condition, 0x0d, depth];

export interface WasmFunction {
  name: string;
  parameters: readonly Type[];
  result: Type | null;
  locals: readonly Type[];
  body: Code;
}

/** A module that uses a memory given to it and exports its functions. */
export function moduleOf(functions: readonly WasmFunction[], maxPages: number): Uint8Array<ArrayBuffer> {
  const list = (items: readonly Code[]): Code => [...unsigned(items.length), ...items];
  const text = (value: string): Code => [...unsigned(value.length), ...new TextEncoder().encode(value)];
  const sized = (code: Code): Code => {
    const bytes = bytesOf(code);
    return [...unsigned(bytes.length), ...bytes];
  };
  const section = (id: number, content: Code): Code => [id, sized(content)];
  return Uint8Array.from(
    bytesOf([
      [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
      section(
        1,
        list(
          functions.map(({ parameters, result }) => [
            0x60,
            list(parameters.map((each) => [each])),
            list(result === null ? [] : [[result]]),
          ]),
        ),
      ),
      section(2, list([[text('host'), text('memory'), 0x02, 0x01, ...unsigned(1), ...unsigned(maxPages)]])),
      section(3, list(functions.map((_, at) => unsigned(at)))),
      section(7, list(functions.map(({ name }, at) => [text(name), 0x00, ...unsigned(at)]))),
      section(
        10,
        list(functions.map(({ locals, body }) => sized([list(locals.map((each) => [1, each])), body, 0x0b]))),
      ),
    ]),
  );
}
