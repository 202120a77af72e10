import { expect, test } from 'vitest';
import { openTestMemory } from '../../src-main/core/memory/test-memory.ts';
import { endOf, memoriesOf, readWeeks } from '../fakes/conversation.ts';

test('of seven weeks of a chat in Chinese, what answers a question is among the first ten', async () => {
  const weeks = await readWeeks();
  await using memory = await openTestMemory(memoriesOf(weeks));

  const missed = weeks.questions.flatMap(({ question, evidence }) => {
    const found = new Set(memory.search(question, { now: endOf(weeks), k: 10 }).map(({ id }) => id));
    return evidence.filter((id) => !found.has(id)).map((id) => `${question} ${id}`);
  });

  const wanted = weeks.questions.reduce((total, { evidence }) => total + evidence.length, 0);
  expect(weeks.questions.length).toBeGreaterThanOrEqual(60);
  expect(missed.length / wanted, missed.join('\n')).toBeLessThanOrEqual(0.08);
});
