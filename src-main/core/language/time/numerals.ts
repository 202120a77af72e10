import type { Token } from './tokens.ts';

/** A number that starts at a token: its value, the token after it, and how it was written. */
export interface Numeral {
  value: number;
  next: number;
  /** Decimal digits as written, for 2-digit years and leading zeros; empty for words. */
  digits: string;
  ordinal: boolean;
}

const UNITS = new Map(
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'
    .split(' ')
    .map((word, value) => [word, value]),
);
const TENS = new Map(
  'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ').map((word, index) => [word, (index + 2) * 10]),
);
const ORDINALS = new Map(
  'zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth'
    .split(' ')
    .map((word, value) => [word, value]),
);
ORDINALS.set('thirtieth', 30);
const SUFFIXES = new Set(['st', 'nd', 'rd', 'th']);

const HAN_DIGITS = new Map([...'零一二三四五六七八九'].map((character, value) => [character, value]));
HAN_DIGITS.set('〇', 0).set('两', 2);
const HAN_POWERS = new Map([
  ['十', 10],
  ['百', 100],
  ['千', 1000],
]);
/** No date needs more; a longer run is a code or a sum, not a time. */
const MAX_DIGITS = 6;

/** Digits, with an English ordinal ending where one is attached (`21st`). */
export function digitsAt(tokens: readonly Token[], at: number): Numeral | null {
  const token = tokens[at];
  if (token?.kind !== 'number' || token.text.length > MAX_DIGITS) return null;
  const suffix = tokens[at + 1];
  const ordinal = suffix?.kind === 'word' && SUFFIXES.has(suffix.text) && !(suffix.spaced && suffix.broken);
  return { value: Number(token.text), next: at + (ordinal ? 2 : 1), digits: token.text, ordinal };
}

/** English number words up to ninety-nine, cardinal or ordinal (`twenty-first`). */
export function wordsAt(tokens: readonly Token[], at: number): Numeral | null {
  const word = tokens[at]?.kind === 'word' ? (tokens[at]?.text ?? '') : '';
  const tens = TENS.get(word);
  if (tens !== undefined) {
    let next = at + 1;
    if (tokens[next]?.text === '-') next += 1;
    const unit = tokens[next]?.text ?? '';
    const cardinal = UNITS.get(unit);
    if (cardinal !== undefined && cardinal > 0 && cardinal < 10)
      return { value: tens + cardinal, next: next + 1, digits: '', ordinal: false };
    const ordinal = ORDINALS.get(unit);
    if (ordinal !== undefined && ordinal > 0 && ordinal < 10)
      return { value: tens + ordinal, next: next + 1, digits: '', ordinal: true };
    return { value: tens, next: at + 1, digits: '', ordinal: false };
  }
  const unit = UNITS.get(word);
  if (unit !== undefined) return { value: unit, next: at + 1, digits: '', ordinal: false };
  const ordinal = ORDINALS.get(word);
  return ordinal === undefined ? null : { value: ordinal, next: at + 1, digits: '', ordinal: true };
}

export function englishNumberAt(tokens: readonly Token[], at: number): Numeral | null {
  return digitsAt(tokens, at) ?? wordsAt(tokens, at);
}

/** Years said in words: `two thousand (and) eighteen`, `nineteen seventy eight`, `nineteen oh one`. */
export function spokenYearAt(tokens: readonly Token[], at: number): Numeral | null {
  const first = wordsAt(tokens, at);
  if (!first || first.ordinal) return null;
  if (tokens[first.next]?.text === 'thousand' && first.value < 10) {
    let next = first.next + 1;
    if (tokens[next]?.text === 'and') next += 1;
    const rest = wordsAt(tokens, next);
    const base = first.value * 1000;
    if (rest && !rest.ordinal) return { value: base + rest.value, next: rest.next, digits: '', ordinal: false };
    return { value: base, next: first.next + 1, digits: '', ordinal: false };
  }
  if (first.value < 15 || first.value > 21) return null;
  let next = first.next;
  const zero = ['oh', 'o', 'zero'].includes(tokens[next]?.text ?? '');
  if (zero) next += 1;
  const rest = wordsAt(tokens, next);
  if (!rest || rest.ordinal || (zero ? rest.value > 9 : rest.value < 10)) return null;
  return { value: first.value * 100 + rest.value, next: rest.next, digits: '', ordinal: false };
}

/** Chinese numerals (`二十三`, `二零一六`, `两千零四`, `廿五`) or digits. */
export function chineseNumberAt(tokens: readonly Token[], at: number): Numeral | null {
  const token = tokens[at];
  if (token?.kind === 'number') {
    return token.text.length > MAX_DIGITS
      ? null
      : { value: Number(token.text), next: at + 1, digits: token.text, ordinal: false };
  }
  let next = at;
  let digits = '';
  let total = 0;
  let pending: number | null = null;
  let powers = false;
  for (; next < at + 10; next += 1) {
    const text = tokens[next]?.kind === 'han' ? (tokens[next]?.text ?? '') : '';
    const digit = HAN_DIGITS.get(text);
    if (digit !== undefined) {
      if (powers && pending !== null && pending !== 0) break;
      pending = digit;
      digits += String(digit);
      continue;
    }
    const power = text === '廿' ? 20 : text === '卅' ? 30 : HAN_POWERS.get(text);
    if (power === undefined || (!powers && digits.length > 1)) break;
    total += power === 20 || power === 30 ? power : (pending ?? 1) * power;
    pending = null;
    powers = true;
  }
  if (next === at) return null;
  // 两三天, 三五天: about so many; the higher one is the safer.
  if (!powers && tokens[at]?.kind === 'han' && /^(?:12|23|34|35|45|56|67|78|89)$/.test(digits))
    return { value: Number(digits[1]), next, digits: '', ordinal: false };
  if (!powers) return { value: Number(digits), next, digits: digits.length > 1 ? digits : '', ordinal: false };
  return { value: total + (pending ?? 0), next, digits: '', ordinal: false };
}
