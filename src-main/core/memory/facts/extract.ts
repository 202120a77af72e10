import { sentencesOf } from '../../language/index.ts';
import { chinese, chineseNotSo, chineseValue } from './chinese.ts';
import { english, englishNotSo, englishValue, type Pattern } from './english.ts';
import type { FoundFact } from './slots.ts';

/** More than this nobody says of themselves in one message; a pasted text may hold any number. */
const maxFacts = 20;
const maxValue = 80;
/** A text longer than this is a document, and its "I" is somebody else. */
const maxText = 4_000;

const han = /\p{Script=Han}/u;

/**
 * What the writer of a text says of themselves: name, home, work, likes, who is who. Only what is said outright: no
 * question, no wish and no "if". Found by patterns in English and Chinese; at most 20 of a text.
 */
export function extractFacts(text: string): FoundFact[] {
  if (text.length > maxText) return [];
  const facts: FoundFact[] = [];
  for (const { text: sentence, start, end } of sentencesOf(text)) {
    const reading = han.test(sentence)
      ? { patterns: chinese, notSo: chineseNotSo, valueOf: chineseValue }
      : { patterns: english, notSo: englishNotSo, valueOf: englishValue };
    if (/[?？]\s*$/.test(sentence) || reading.notSo.test(sentence)) continue;
    for (const found of factsOf(sentence, reading)) {
      if (facts.length === maxFacts) return facts;
      facts.push({ ...found, start, end });
    }
  }
  return facts;
}

interface Reading {
  patterns: readonly Pattern[];
  valueOf(value: string): string | null;
}

/** What a sentence says, each slot once and the first pattern before the others. */
function factsOf(sentence: string, { patterns, valueOf }: Reading): Omit<FoundFact, 'start' | 'end'>[] {
  const facts: Omit<FoundFact, 'start' | 'end'>[] = [];
  for (const { pattern, slot, negated = false } of patterns) {
    const groups = pattern.exec(sentence)?.groups as Record<string, string> | undefined;
    const value = groups && valueOf(groups['value'] ?? '');
    if (!groups || !value || value.length > maxValue) continue;
    const found = typeof slot === 'function' ? slot({ ...groups, value }) : slot;
    if (found === null || facts.some((fact) => fact.slot === found)) continue;
    facts.push({ slot: found, value, negated: typeof negated === 'function' ? negated(groups) : negated });
  }
  return facts;
}
