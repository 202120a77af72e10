import { unitAt } from './english-amount.ts';
import { atPhraseEnd, word } from './english-text.ts';
import { type Meaning, type Piece, piece, type Source } from './piece.ts';

const OPENINGS: readonly (readonly [string, Extract<Meaning, { type: 'prefix' }>])[] = [
  ['no later than', { type: 'prefix', mode: 'by', pair: null }],
  ['not later than', { type: 'prefix', mode: 'by', pair: null }],
  ['due by', { type: 'prefix', mode: 'by', pair: null }],
  ['prior to', { type: 'prefix', mode: 'before', pair: null }],
  ['earlier than', { type: 'prefix', mode: 'before', pair: null }],
  ['up to', { type: 'prefix', mode: 'by', pair: null }],
  ['later than', { type: 'prefix', mode: 'after', pair: null }],
  ['as of', { type: 'prefix', mode: 'since', pair: null }],
  ['starting from', { type: 'prefix', mode: 'since', pair: 'range' }],
  ['starting on', { type: 'prefix', mode: 'since', pair: null }],
  ['starting', { type: 'prefix', mode: 'since', pair: null }],
  ['before', { type: 'prefix', mode: 'before', pair: null }],
  ['by', { type: 'prefix', mode: 'by', pair: null }],
  ['until', { type: 'prefix', mode: 'by', pair: null }],
  ['till', { type: 'prefix', mode: 'by', pair: null }],
  ['til', { type: 'prefix', mode: 'by', pair: null }],
  ['after', { type: 'prefix', mode: 'after', pair: null }],
  ['since', { type: 'prefix', mode: 'since', pair: null }],
  ['from', { type: 'prefix', mode: 'since', pair: 'range' }],
  ['between', { type: 'prefix', mode: 'since', pair: 'between' }],
];

const CLOSINGS: readonly (readonly [string, 'by' | 'since' | 'before'])[] = [
  ['or later', 'since'],
  ['and later', 'since'],
  ['or after', 'since'],
  ['and after', 'since'],
  ['and greater', 'since'],
  ['onwards', 'since'],
  ['onward', 'since'],
  ['or earlier', 'by'],
  ['or before', 'by'],
  ['or sooner', 'by'],
  ['at the latest', 'by'],
  ['latest', 'by'],
];

export function openings(source: Source, at: number): Piece | null {
  for (const [phrase, mode] of CLOSINGS) {
    const end = phraseAt(source, at, phrase);
    if (end && (!/^(?:and|or) (?:after|before)$/.test(phrase) || atPhraseEnd(source, end)))
      return piece(at, end, { type: 'suffix', mode }, true);
  }
  for (const [phrase, meaning] of OPENINGS) {
    const end = phraseAt(source, at, phrase);
    // "come by on Monday" sets no limit.
    if (end && !(phrase === 'by' && ['on', 'at'].includes(word(source, end)))) return piece(at, end, meaning, true);
  }
  return null;
}

function phraseAt(source: Source, at: number, phrase: string): number {
  const words = phrase.split(' ');
  return words.every((expected, index) => word(source, at + index) === expected) ? at + words.length : 0;
}

const TO_WORDS = new Set(['to', 'until', 'till', 'til', 'through', 'thru', '-', '~']);

export function links(source: Source, at: number): Piece | null {
  const text = word(source, at);
  if (TO_WORDS.has(text))
    return piece(
      at,
      text === '-' && word(source, at + 1) === '-' ? at + 2 : at + 1,
      { type: 'link', word: 'to' },
      true,
    );
  return text === 'and' || text === '&' ? piece(at, at + 1, { type: 'link', word: 'and' }, true) : null;
}

/** "3 days from Tuesday", "two days before yesterday": the word between an amount and a day. */
export function offsets(source: Source, at: number): Piece | null {
  const text = word(source, at);
  if (!['from', 'after', 'before'].includes(text) || !unitAt(source.tokens, at - 1)) return null;
  return piece(at, at + 1, { type: 'offset', direction: text === 'before' ? -1 : 1 }, true);
}
