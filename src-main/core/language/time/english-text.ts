import { MONTHS, WEEKDAYS } from './english-names.ts';
import type { PartOfDay, Source } from './piece.ts';

export const word = ({ tokens }: Source, at: number): string => tokens[at]?.text ?? '';

export const skip = (source: Source, at: number, ...words: string[]): number =>
  words.includes(word(source, at)) ? at + 1 : at;

export const PARTS = {
  morning: { from: 8 * 3600, to: 12 * 3600, side: 'am' },
  afternoon: { from: 12 * 3600, to: 16 * 3600, side: 'pm' },
  evening: { from: 16 * 3600, to: 20 * 3600, side: 'pm' },
  night: { from: 20 * 3600, to: 24 * 3600, side: 'night' },
} as const satisfies Record<string, PartOfDay>;

export const isPart = (text: string): text is keyof typeof PARTS => Object.hasOwn(PARTS, text);

export const QUALIFIERS = new Map([
  ['this', 0],
  ['current', 0],
  ['same', 0],
  ['that', 0],
  ['next', 1],
  ['coming', 1],
  ['upcoming', 1],
  ['following', 1],
  ['last', -1],
  ['past', -1],
  ['previous', -1],
]);

/** Words that may follow a number which is an hour or a day, rather than a count of something. */
const FREE_FOLLOWERS = new Set([
  'at',
  'on',
  'in',
  'for',
  'and',
  'to',
  'or',
  'with',
  'please',
  'sharp',
  'if',
  'but',
  'so',
  'then',
  'by',
  'from',
  'until',
  'till',
  'before',
  'after',
  'of',
  'this',
  'next',
  'today',
  'tomorrow',
  'tonight',
  'is',
  'works',
  'thanks',
  'because',
  'since',
  'when',
  'unless',
  'that',
  'about',
  'i',
  'we',
  'you',
  'about',
  'remind',
  'every',
  'each',
  'we',
  'as',
  'just',
  'instead',
  'pst',
  'est',
  'gmt',
  'utc',
  'cet',
  'et',
  'pt',
]);

/** Nothing follows that the words before could count or describe. */
export function atPhraseEnd(source: Source, at: number): boolean {
  const token = source.tokens[at];
  if (!token || token.broken || token.kind === 'han') return true;
  if (token.kind === 'mark')
    return (
      !['%', '$', '/', ':', '-', '+', '*', '#'].includes(token.text) &&
      !(
        token.text === '.' &&
        !token.spaced &&
        source.tokens[at + 1]?.kind === 'number' &&
        !source.tokens[at + 1]?.spaced
      )
    );
  return (
    token.kind === 'word' && (FREE_FOLLOWERS.has(token.text) || WEEKDAYS.has(token.text) || MONTHS.has(token.text))
  );
}
