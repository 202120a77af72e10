/** Which memories may answer, by their numbers: one bit each. */
export class NumberMask {
  readonly size: number;
  readonly bits: Uint8Array<ArrayBuffer>;

  constructor(numbers: readonly number[]) {
    let most = 0;
    for (const number of numbers) if (number > most) most = number;
    this.bits = new Uint8Array((most >>> 3) + 1);
    let size = 0;
    for (const number of numbers) {
      const [at, bit] = [number >>> 3, 1 << (number & 7)];
      if ((this.bits[at] as number) & bit) continue;
      this.bits[at] = (this.bits[at] as number) | bit;
      size++;
    }
    this.size = size;
  }

  has(number: number): boolean {
    return (((this.bits[number >>> 3] ?? 0) >>> (number & 7)) & 1) === 1;
  }

  numbers(): number[] {
    const found: number[] = [];
    this.bits.forEach((byte, at) => {
      for (let bit = 0; byte >>> bit > 0; bit++) if ((byte >>> bit) & 1) found.push(8 * at + bit);
    });
    return found;
  }
}
