import { irregularForms } from './irregular.ts';
import { isStopWord } from './stop-words.ts';
import { gramToken, type Token, wordToken } from './tokens.ts';

/** The longest text that is indexed, in UTF-16 units: as long as the longest message. */
const maxIndexed = 200_000;
const maxQuery = 2_000;
/** A query is searched by its first so many terms. */
const maxTerms = 24;
const maxPartsPerTerm = 8;
/** Longer tokens are data (base64, keys); their beginning identifies them. */
const maxTokenLength = 64;
/** The segmenter works on one stretch at a time, so that its cost stays proportional to the text. */
const segmentStretch = 1_000;

const cjk = String.raw`[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー]`;
const letter = String.raw`[[\p{L}\p{N}\p{M}]--${cjk}]`;
const symbol = String.raw`\p{Extended_Pictographic}`;
const runPattern = new RegExp(`(?<cjk>${cjk}+)|(?<latin>${letter}+)|(?<symbol>${symbol})`, 'gv');
const compoundPattern = new RegExp(
  `(?<cjk>${cjk}+)|(?<latin>${letter}+(?:[\\-_.\\/:@]${letter}+)*)|(?<symbol>${symbol})`,
  'gv',
);
const alphanumericPart = /\p{N}+|[^\p{N}]+/gu;
const quotedPattern = /"([^"]{1,200})"|“([^”]{1,200})”|「([^」]{1,200})」|『([^』]{1,200})』/g;

// The dictionary of the zh segmenter holds Japanese as well; making a segmenter costs about 1 ms, so there is one.
const segmenter = new Intl.Segmenter('zh', { granularity: 'word' });

/** What the full-text index holds of a text: tokens separated by spaces, one string for each column. */
export interface IndexText {
  /** Words: of Chinese, Japanese and Korean as a dictionary cuts them; of all else letters and digits as written. */
  words: string;
  /** Characters and pairs of characters of Chinese, Japanese and Korean, in the order c1 c1c2 c2 c2c3 c3. */
  grams: string;
}

/** One thing a query asks for. */
export interface QueryTerm extends QueryPart {
  /** The term in forms that no stemmer brings together with it: went for go. In `tokens` they are one with it. */
  forms: readonly QueryPart[];
  /** Pieces of the term: weaker evidence, for texts that write it differently. */
  parts: readonly QueryPart[];
}

export interface QueryPart {
  text: string;
  /** An FTS5 expression over the columns `words` and `grams`. */
  match: string;
  /** The same for the index in main memory: a text that has all tokens of one of these has it. */
  tokens: readonly (readonly Token[])[];
}

export interface QueryText {
  terms: readonly QueryTerm[];
  /** Passages in quotation marks, folded: a text holds them exactly or not at all. */
  phrases: readonly string[];
  /** True when the query is made of stop words alone and its terms are those. */
  onlyStopWords: boolean;
}

/** Makes texts comparable: compatibility forms (ＡＢＣ, ①) become plain ones, letters small, typographic apostrophes straight. */
export function foldText(text: string): string {
  return text.normalize('NFKC').toLowerCase().replaceAll('’', "'");
}

/** What the full-text index is given of a text; only its first 200,000 units count. */
export function indexText(text: string): IndexText {
  const { words, grams } = cutText(text);
  return { words: words.join(' '), grams: grams.join(' ') };
}

/** What the index in main memory is given of the same text, each token as often as it stands there. */
export function indexTokens(text: string): Token[] {
  const { words, grams } = cutText(text);
  return [...words.map(wordToken), ...grams.map(gramToken)];
}

function cutText(text: string): { words: string[]; grams: string[] } {
  const words: string[] = [];
  const grams: string[] = [];
  for (const run of runsOf(prepare(text.slice(0, maxIndexed)), runPattern)) {
    if (run.kind === 'cjk') {
      for (const word of cutWords(run.text)) words.push(word);
      pushGrams(grams, run.text);
    } else words.push(...wordsOf(run));
  }
  return { words, grams };
}

/** What a query asks for: its terms without stop words (unless nothing else is there) and its quoted passages. */
export function analyseQuery(query: string): QueryText {
  const text = query.slice(0, maxQuery);
  const phrases = [...text.matchAll(quotedPattern)]
    .map((quoted) => foldText(quoted.slice(1).find((passage) => passage !== undefined) ?? '').trim())
    .filter((passage) => passage.length > 0);
  const all = termsOf(prepare(text));
  const telling = all.filter((term) => !term.filler);
  const chosen = telling.length > 0 ? telling : all;
  const distinct = new Map(
    chosen.map(({ text, match, tokens, forms, parts }) => [text, { text, match, tokens, forms, parts }]),
  );
  return {
    terms: [...distinct.values()].slice(0, maxTerms),
    phrases: phrases.slice(0, 8),
    onlyStopWords: telling.length === 0,
  };
}

/** A passage as one term: a text holds it when it holds all its words. Null where the passage has none. */
export function asOneTerm(passage: string): QueryTerm | null {
  const { terms } = analyseQuery(passage);
  if (terms.length === 0) return null;
  return {
    text: foldText(passage).trim(),
    match: `(${terms.map(({ match }) => match).join(' AND ')})`,
    // The last way to have a term is the one that every text with the term has.
    tokens: [terms.flatMap(({ tokens }) => tokens.at(-1) ?? [])],
    forms: [],
    parts: [],
  };
}

/** True when a text holds a folded passage exactly; a Latin passage only as whole words. */
export function holdsPassage(text: string, passage: string): boolean {
  const folded = foldText(text);
  const isWordUnit = (unit: string | undefined) => unit !== undefined && /[a-z0-9]/.test(unit);
  for (let at = folded.indexOf(passage); at >= 0; at = folded.indexOf(passage, at + 1)) {
    const cutsBefore = isWordUnit(passage[0]) && isWordUnit(folded[at - 1]);
    const cutsAfter = isWordUnit(passage.at(-1)) && isWordUnit(folded[at + passage.length]);
    if (!cutsBefore && !cutsAfter) return true;
  }
  return false;
}

interface Run {
  kind: 'cjk' | 'latin' | 'symbol';
  text: string;
}

function* runsOf(text: string, pattern: RegExp): Generator<Run> {
  for (const { groups } of text.matchAll(pattern)) {
    if (groups?.cjk) yield { kind: 'cjk', text: groups.cjk };
    else if (groups?.latin) yield { kind: 'latin', text: groups.latin };
    else if (groups?.symbol) yield { kind: 'symbol', text: groups.symbol };
  }
}

/** Folds, drops English endings with an apostrophe (Ann's, don't), and writes numbers and C-like names in one way. */
function prepare(text: string): string {
  return foldText(text)
    .replace(/(?<=\p{L})'(?:s|t|re|ve|ll|d|m)\b/gu, '')
    .replace(/(?<=\d),(?=\d{3}(?!\d))/g, '')
    .replace(/\b([cf])(\+\+|#)/g, (_, name: string, mark: string) => (mark === '#' ? `${name}sharp` : 'cpp'));
}

function* cutWords(run: string): Generator<string> {
  for (let from = 0; from < run.length; from += segmentStretch) {
    for (const { segment } of segmenter.segment(run.slice(from, from + segmentStretch))) yield segment;
  }
}

function pushGrams(grams: string[], run: string): void {
  let before = '';
  for (const character of run) {
    if (before) grams.push(before + character);
    grams.push(character);
    before = character;
  }
}

/** The index tokens of a run that is not CJK: iphone15 gives iphone15, iphone and 15, so that either writing finds the other. */
function wordsOf(run: Run): string[] {
  if (run.kind === 'symbol') return [`u${run.text.codePointAt(0)?.toString(16)}`];
  const token = run.text.slice(0, maxTokenLength);
  const parts = token.match(alphanumericPart) ?? [];
  return parts.length > 1 ? [token, ...parts] : [token];
}

interface FoundTerm extends QueryTerm {
  filler: boolean;
}

function termsOf(text: string): FoundTerm[] {
  const terms: FoundTerm[] = [];
  for (const run of runsOf(text, compoundPattern)) {
    if (run.kind === 'cjk') terms.push(...cjkTerms(run.text));
    else if (run.kind === 'latin') terms.push(...latinTerms(run.text));
    else terms.push(plainTerm(run.text, wordsOf(run)));
    if (terms.length > 4 * maxTerms) break;
  }
  return terms;
}

// The counter after these belongs to the question: 哪|天, 几|号.
const asksForCounter = /[哪几]$/;

/** Words of the run; single characters that stand side by side are one string, for a dictionary takes names apart. */
function cjkTerms(run: string): FoundTerm[] {
  const terms: FoundTerm[] = [];
  let singles = '';
  const flush = () => {
    if (singles) terms.push(cjkTerm(singles, false));
    singles = '';
  };
  let before = '';
  for (const word of cutWords(run)) {
    const isSingle = Array.from(word).length === 1;
    const filler = isStopWord(word) || (isSingle && asksForCounter.test(before));
    before = word;
    if (isSingle && !filler) {
      singles += word;
      continue;
    }
    flush();
    terms.push(cjkTerm(word, filler));
  }
  flush();
  return terms;
}

function cjkTerm(text: string, filler: boolean): FoundTerm {
  const characters = Array.from(text);
  if (characters.length === 1) {
    return { text, match: `grams:"${text}"`, tokens: [[gramToken(text)]], forms: [], parts: [], filler };
  }
  const pairs = characters.slice(1).map((character, index) => `${characters[index]}${character}`);
  // The pairs' phrase finds the string wherever it stands, also where the dictionary cuts the text otherwise.
  const phrase = pairs.flatMap((pair, index) => (index === 0 ? [pair] : [characters[index], pair])).join(' ');
  return {
    text,
    match: `(words:"${text}" OR grams:"${phrase}")`,
    // Pairs that stand apart are as good as never all of those of one word.
    tokens: [[wordToken(text)], pairs.map(gramToken)],
    forms: [],
    parts: cjkParts(characters, pairs),
    filler,
  };
}

/** Of a pair its two characters apart (开了个会 for 开会), of a longer string the pairs within it. */
function cjkParts(characters: readonly string[], pairs: readonly string[]): QueryPart[] {
  const [first, second] = characters;
  if (characters.length === 2) {
    const tokens = [characters.map(gramToken)];
    return [{ text: `${first}…${second}`, match: `(grams:"${first}" AND grams:"${second}")`, tokens }];
  }
  return [...new Set(pairs)]
    .slice(0, maxPartsPerTerm)
    .map((pair) => ({ text: pair, match: `grams:"${pair}"`, tokens: [[gramToken(pair)]] }));
}

/** Words of a run of letters and digits. Joined ones that hold a digit (v2.1, ORD-2024-7) are one term with parts. */
function latinTerms(run: string): FoundTerm[] {
  const pieces = [...runsOf(run, runPattern)];
  if (pieces.length === 1 || !/\p{N}/u.test(run)) return pieces.map((piece) => plainTerm(piece.text, wordsOf(piece)));
  const parts = pieces.map((piece) => plainTerm(piece.text, wordsOf(piece)));
  return [
    {
      text: run,
      match: `words:"${pieces.flatMap(wordsOf).join(' ')}"`,
      tokens: [pieces.flatMap(wordsOf).map(wordToken)],
      forms: [],
      parts: parts.slice(0, maxPartsPerTerm).map(({ text, match, tokens }) => ({ text, match, tokens })),
      filler: false,
    },
  ];
}

function plainTerm(text: string, tokens: readonly string[]): FoundTerm {
  const phrase = tokens.length > 1 ? tokens.slice(1).join(' ') : tokens[0];
  const forms = irregularForms(phrase ?? text)
    .filter((form) => form !== phrase)
    .map((form) => ({ text: form, match: `words:"${form}"`, tokens: [] }));
  const all = tokens.length > 1 ? tokens.slice(1) : tokens;
  return {
    text,
    match: `words:"${phrase}"`,
    tokens: [all.map(wordToken)],
    forms,
    parts: [],
    filler: isStopWord(text),
  };
}
