/** What became of one change. */
export interface MutantOutcome {
  /** Whether a test noticed; null when the change was left out with a reason, or could not run at all. */
  isKilled: boolean | null;
  /** Where it stands and what it was, for who goes to write the missing test. */
  place: string;
}

export interface Score {
  killed: number;
  of: number;
  percent: number;
  survivors: readonly string[];
}

/** In percent, rounded down, so that a goal that is just missed is not printed as met. */
export function scoreOf(outcomes: readonly MutantOutcome[]): Score {
  const judged = outcomes.filter(({ isKilled }) => isKilled !== null);
  const survivors = judged.filter(({ isKilled }) => !isKilled).map(({ place }) => place);
  const of = judged.length;
  const killed = of - survivors.length;
  return { killed, of, percent: of === 0 ? 0 : Math.floor((killed / of) * 1000) / 10, survivors };
}
