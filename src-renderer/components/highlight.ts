export interface Piece {
  text: string;
  marked: boolean;
}

/** Cuts a text so that every place where a term occurs is marked; overlapping places become one. */
export function markTerms(text: string, terms: readonly string[]): Piece[] {
  const lower = text.toLocaleLowerCase();
  // Lower-casing may change the length (İ); then nothing is marked rather than the wrong letters.
  if (lower.length !== text.length) return [{ text, marked: false }];
  const spans = terms
    .map((term) => term.trim().toLocaleLowerCase())
    .filter((term) => term !== '')
    .flatMap((term) => occurrences(lower, term));
  return cut(text, spans);
}

/** Marks [start, end); a span that does not fit the text is cut to it. */
export const markSpan = (text: string, start: number, end: number): Piece[] => cut(text, [[start, end]]);

type Span = readonly [start: number, end: number];

function occurrences(text: string, term: string): Span[] {
  const found: Span[] = [];
  for (let at = text.indexOf(term); at >= 0; at = text.indexOf(term, at + term.length))
    found.push([at, at + term.length]);
  return found;
}

function cut(text: string, spans: readonly Span[]): Piece[] {
  const pieces: Piece[] = [];
  let done = 0;
  for (const [start, end] of spans.toSorted((a, b) => a[0] - b[0] || a[1] - b[1])) {
    const from = Math.max(done, start);
    const to = Math.min(text.length, end);
    if (to <= from) continue;
    if (from > done) pieces.push({ text: text.slice(done, from), marked: false });
    const last = pieces.at(-1);
    if (last?.marked && from === done) last.text += text.slice(from, to);
    else pieces.push({ text: text.slice(from, to), marked: true });
    done = to;
  }
  if (done < text.length || pieces.length === 0) pieces.push({ text: text.slice(done), marked: false });
  return pieces;
}

/** A stretch of `length` characters around the first mark, so that a long memory shows why it was found. */
export function excerpt(pieces: readonly Piece[], length = 280): Piece[] {
  const before = pieces[0]?.marked ? '' : (pieces[0]?.text ?? '');
  const lead = 60;
  if (pieces.length < 2 || before.length <= lead) return [...pieces];
  const total = pieces.reduce((sum, piece) => sum + piece.text.length, 0);
  if (total <= length) return [...pieces];
  return [{ text: `…${before.slice(before.length - lead)}`, marked: false }, ...pieces.slice(1)];
}
