/** Keeps the `count` highest of what it is offered: a heap with the lowest of them at the top. */
export class Best {
  private readonly scores: Float64Array;
  private readonly ids: Float64Array;
  private readonly count: number;
  private size = 0;

  constructor(count: number) {
    this.count = count;
    this.scores = new Float64Array(count);
    this.ids = new Float64Array(count);
  }

  /** What is lower than this is not taken. */
  get floor(): number {
    return this.size < this.count ? Number.NEGATIVE_INFINITY : (this.scores[0] as number);
  }

  offer(score: number, id: number): void {
    if (this.size < this.count) {
      let at = this.size++;
      for (let above = (at - 1) >> 1; at > 0 && this.isBelow(score, id, above); above = (at - 1) >> 1) {
        this.move(above, at);
        at = above;
      }
      this.put(at, score, id);
    } else if (!this.isBelow(score, id, 0)) this.sink(score, id);
  }

  /** Best first, the higher id where equal. */
  take(): { id: number; score: number }[] {
    return Array.from({ length: this.size }, (_, at) => ({
      id: this.ids[at] as number,
      score: this.scores[at] as number,
    })).sort((one, other) => other.score - one.score || other.id - one.id);
  }

  private sink(score: number, id: number): void {
    let at = 0;
    for (;;) {
      let least = 2 * at + 1;
      if (least >= this.size) break;
      const right = least + 1;
      if (right < this.size && this.isBelow(this.scores[right] as number, this.ids[right] as number, least))
        least = right;
      if (this.isBelow(score, id, least)) break;
      this.move(least, at);
      at = least;
    }
    this.put(at, score, id);
  }

  private isBelow(score: number, id: number, at: number): boolean {
    const other = this.scores[at] as number;
    return score < other || (score === other && id < (this.ids[at] as number));
  }

  private move(from: number, to: number): void {
    this.put(to, this.scores[from] as number, this.ids[from] as number);
  }

  private put(at: number, score: number, id: number): void {
    this.scores[at] = score;
    this.ids[at] = id;
  }
}
