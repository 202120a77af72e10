/** In which memories of a segment a token stands, ascending, and how often in each (at most 255). */
export interface Postings {
  count: number;
  slots: Uint16Array;
  times: Uint8Array;
}

/**
 * Postings as bytes: for each memory the distance to the one before, seven bits a byte, the lowest bit telling whether a
 * byte with the number of times follows. Most tokens stand once in a text, so most postings are one byte long.
 */
export class PostingsWriter {
  #bytes = new Uint8Array(4096);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** One token's postings; `slots` ascend. */
  write(slots: ArrayLike<number>, times: ArrayLike<number>, count: number): void {
    let before = -1;
    for (let at = 0; at < count; at++) {
      const slot = slots[at] as number;
      const often = Math.min(times[at] as number, 255);
      this.#number((slot - before - 1) * 2 + (often > 1 ? 1 : 0));
      if (often > 1) this.#byte(often);
      before = slot;
    }
  }

  take(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #number(value: number): void {
    let rest = value;
    while (rest > 127) {
      this.#byte((rest & 127) | 128);
      rest >>>= 7;
    }
    this.#byte(rest);
  }

  #byte(value: number): void {
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#bytes.length);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#length++] = value;
  }
}

/** Reads `count` postings that begin at `from`; `live` holds 0 for a memory to be left out. */
export function readPostings(bytes: Uint8Array, from: number, count: number, live: Uint8Array): Postings {
  const slots = new Uint16Array(count);
  const times = new Uint8Array(count);
  let at = from;
  let slot = -1;
  let kept = 0;
  for (let read = 0; read < count; read++) {
    let byte = bytes[at++] as number;
    let value = byte & 127;
    for (let shift = 7; byte > 127; shift += 7) {
      byte = bytes[at++] as number;
      value |= (byte & 127) << shift;
    }
    slot += (value >>> 1) + 1;
    const often = value & 1 ? (bytes[at++] as number) : 1;
    if (live[slot] === 0) continue;
    slots[kept] = slot;
    times[kept++] = often;
  }
  return { count: kept, slots, times };
}
