/** Syllables that make words which are in no language, so that each has a direction of its own for the test embedder. */
const syllables = ['ba', 'ke', 'lo', 'mi', 'nu', 'ra', 'se', 'to', 'vi', 'zu'];

const wordAt = (place: number): string =>
  `${syllables[Math.floor(place / 100) % 10]}${syllables[Math.floor(place / 10) % 10]}${syllables[place % 10]}`;

/** A text of a few words out of some hundred, and a number that hardly another has. */
export const madeText = (next: (below: number) => number): string =>
  `${wordAt(next(400))} ${wordAt(next(400))} ${wordAt(next(400))} ${next(1_000_000)}`;
