import { expect, test } from 'vitest';
import type { Turn } from './conversation.ts';
import type { Evidence } from './evidence.ts';
import type { RecallPlan } from './plan.ts';
import { rank } from './ranking.ts';

const plan: RecallPlan = {
  terms: [{ text: 'marathon', match: '', tokens: [], forms: [], parts: [], weight: 1 }],
  passages: [],
  senders: new Set(),
  names: new Set(),
  spans: [],
  saying: null,
  asksWhen: false,
  asksForLatest: false,
  asksHowMany: false,
};
/** Every turn holds the words equally well. */
const evidence: Evidence = {
  scoresOf: () => new Float64Array([1]),
  foundIn: () => ['marathon'],
  best: () => [],
  exact: null,
};
const turn = (seq: number, head: string): Turn => ({
  seq,
  id: `m${seq}`,
  head,
  tail: head.slice(-40),
  conversation_id: null,
  created_at: -seq,
  sender_id: null,
  message_id: null,
  sitting: seq,
});

test('of two with the same evidence the fuller one comes first, up to some thirty words', () => {
  const words = (count: number) => Array.from({ length: count }, () => 'word').join(' ');
  const ranked = (...lengths: number[]) =>
    rank(
      lengths.map((length, index) => turn(index, words(length))),
      evidence,
      plan,
    ).map(({ turn: { head } }) => head.split(' ').length);

  expect(ranked(1, 4, 12)).toEqual([12, 4, 1]);
  expect(ranked(200, 60, 40)).toEqual([200, 60, 40]);
});
