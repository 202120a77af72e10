import { amountAt, setAt } from './english-amount.ts';
import { clockAt } from './english-clock.ts';
import {
  countedWeekday,
  dayThenMonth,
  holidayRule,
  monthFirst,
  nthPeriod,
  ordinalDay,
  relativeDay,
  weekdayRule,
  yearThenMonth,
} from './english-days.ts';
import { links, offsets, openings } from './english-links.ts';
import {
  countedPeriod,
  edgeOfPeriod,
  namedYear,
  partRule,
  prefixedAmount,
  qualifiedPeriod,
  sliceRule,
  wholePeriod,
} from './english-periods.ts';
import { atPhraseEnd, word } from './english-text.ts';
import { digitsAt, type Numeral, wordsAt } from './numerals.ts';
import { numericDateAt } from './numeric-date.ts';
import { type Piece, piece, type Source } from './piece.ts';
import { shifted } from './shift.ts';

/** The longest piece of English that starts at a token. */
export function englishPieceAt(source: Source, at: number): Piece | null {
  const kind = source.tokens[at]?.kind;
  if (kind === 'han') return null;
  let best: Piece | null = null;
  for (const rule of kind === 'number' ? NUMBER_RULES : kind === 'word' ? WORD_RULES : MARK_RULES) {
    const found = rule(source, at);
    if (found && (!best || found.end > best.end)) best = found;
  }
  return best;
}

type Rule = (source: Source, at: number) => Piece | null;

const NUMBER_RULES: readonly Rule[] = [
  numericDateAt,
  dayThenMonth,
  yearThenMonth,
  clockRule,
  amountRule,
  ordinalDay,
  nthPeriod,
  countedPeriod,
  countedWeekday,
  setAt,
  bareNumber,
];

const WORD_RULES: readonly Rule[] = [
  monthFirst,
  dayThenMonth,
  weekdayRule,
  relativeDay,
  nthPeriod,
  qualifiedPeriod,
  wholePeriod,
  namedYear,
  partRule,
  holidayRule,
  clockRule,
  amountRule,
  prefixedAmount,
  countedPeriod,
  countedWeekday,
  setAt,
  ordinalDay,
  edgeOfPeriod,
  sliceRule,
  offsets,
  openings,
  links,
  spokenNumber,
];

const MARK_RULES: readonly Rule[] = [links];

function clockRule(source: Source, at: number): Piece | null {
  const found = clockAt(source.tokens, at);
  return found ? piece(at, found.next, { type: 'clock', clock: found.clock }, found.weak) : null;
}

function amountRule(source: Source, at: number): Piece | null {
  const found = amountAt(source.tokens, at);
  if (!found) return null;
  const { amount } = found;
  let next = found.next;
  if (word(source, next) === "'" || word(source, next) === 'time') next += word(source, next) === 'time' ? 0 : 1;
  switch (word(source, next)) {
    case 'ago':
      return piece(at, next + 1, shifted(source, amount, -1));
    case 'later':
    case 'hence':
      return piece(at, next + 1, shifted(source, amount, 1));
    case 'from':
      if (word(source, next + 1) === 'now') return piece(at, next + 2, shifted(source, amount, 1));
      return piece(at, found.next, { type: 'duration', amount });
    default:
      return piece(at, found.next, { type: 'duration', amount });
  }
}

function bareNumber(source: Source, at: number): Piece | null {
  const number = digitsAt(source.tokens, at);
  if (!number || number.ordinal) return null;
  return (
    hourAfterAt(source, at, number) ??
    piece(at, number.next, { type: 'number', value: number.value, digits: number.digits }, true)
  );
}

function spokenNumber(source: Source, at: number): Piece | null {
  const number = wordsAt(source.tokens, at);
  if (!number || number.ordinal) return null;
  return (
    hourAfterAt(source, at, number) ?? piece(at, number.next, { type: 'number', value: number.value, digits: '' }, true)
  );
}

/** "at 7" where nothing follows that could be counted. */
function hourAfterAt(source: Source, at: number, { value, digits, next }: Numeral): Piece | null {
  if (
    !['at', '@'].includes(word(source, at - 1)) ||
    digits.length > 2 ||
    value < 1 ||
    value > 24 ||
    !atPhraseEnd(source, next)
  )
    return null;
  return piece(at, next, { type: 'clock', clock: { second: value * 3600, settled: value > 12 } });
}
