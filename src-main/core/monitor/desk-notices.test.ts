import { expect, test } from 'vitest';
import type { Locale } from '../../../src-shared/schema/common.ts';
import type { Clock } from '../foundation/clock.ts';
import type { Host } from '../foundation/host.ts';
import { createDeskNotices } from './desk-notices.ts';

type Notice = Parameters<Host['notify']>[0];

function setUp(locale: Locale = 'en', titleOf = (id: string): string | null => `title of ${id}`) {
  let elapsed = 0;
  let sleepers: { due: number; wake(): void }[] = [];
  const shown: Notice[] = [];
  const clock: Clock = {
    now: () => elapsed,
    monotonicMs: () => elapsed,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        sleepers.push({ due: elapsed + ms, wake: resolve });
        signal?.addEventListener('abort', () => reject(new Error('stopped')));
      }),
  };
  const asked: (readonly string[])[] = [];
  const notices = createDeskNotices({
    host: { notify: (notice) => shown.push(notice) },
    clock,
    locale,
    async stillSuggested(ids) {
      asked.push(ids);
      return ids.flatMap((id) => {
        const title = titleOf(id);
        return title === null ? [] : [{ id, title }];
      });
    },
    onFailure: (error) => expect.fail(String(error)),
  });
  return {
    ...notices,
    shown,
    asked,
    async pass(ms: number) {
      elapsed += ms;
      const due = sleepers.filter((sleeper) => sleeper.due <= elapsed);
      sleepers = sleepers.filter((sleeper) => sleeper.due > elapsed);
      for (const { wake } of due) wake();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

test('a suggested todo is told with its title, opens itself and can be answered in the notice', async () => {
  const { tell, shown, pass } = setUp();
  tell({ kind: 'suggestion', id: '01T' });
  expect(shown).toEqual([]);
  await pass(1_500);
  expect(shown).toEqual([{ title: 'Suggested todo', body: 'title of 01T', open: 'clawdbot://task/01T', task: '01T' }]);
});

test('what comes together is told together, and of one kind no more than once a minute', async () => {
  const { tell, shown, asked, pass } = setUp();
  for (let index = 0; index < 500; index++) tell({ kind: 'suggestion', id: `t${index}` });
  await pass(1_500);
  for (let index = 0; index < 3; index++) {
    tell({ kind: 'suggestion', id: `u${index}` });
    await pass(10_000);
  }
  expect(shown.map(({ title }) => title)).toEqual(['100 suggested todos']);
  await pass(30_000);
  expect(shown.map(({ title, open }) => [title, open])).toEqual([
    ['100 suggested todos', 'clawdbot://board'],
    ['3 suggested todos', 'clawdbot://board'],
  ]);
  // A flood asks the store once for each notice, and for no more than a hundred.
  expect(asked.map(({ length }) => length)).toEqual([100, 3]);
});

test('one kind does not wait for another', async () => {
  const { tell, shown, pass } = setUp();
  tell({ kind: 'disk_full' });
  await pass(1_500);
  tell({ kind: 'undelivered', id: 'webhook:room 5/ä' });
  tell({ kind: 'set_aside', id: 'm' });
  await pass(1_500);
  expect(shown.map(({ title, open }) => [title, open])).toEqual([
    ['The disk is full', undefined],
    ['A reply did not arrive', 'clawdbot://conversation/webhook%3Aroom%205%2F%C3%A4'],
    ['A message needs a look', 'clawdbot://chat'],
  ]);
});

test('a title as long as a letter is cut, and Chinese is spoken where Chinese is', async () => {
  const { tell, shown, pass } = setUp('zh-CN', () => '好'.repeat(1000));
  tell({ kind: 'suggestion', id: '01T' });
  await pass(1_500);
  tell({ kind: 'disk_fault' });
  await pass(1_500);
  expect(shown).toMatchObject([
    { title: '建议的待办', body: '好'.repeat(120) },
    { title: '磁盘无法写入', body: expect.stringContaining('自动重试') },
  ]);
});

test('after the end nothing is told', async () => {
  const { tell, stop, shown, pass } = setUp();
  tell({ kind: 'disk_full' });
  stop();
  await pass(5_000);
  expect(shown).toEqual([]);
});

test('what was answered before its notice is not told of any more', async () => {
  const open = new Set(['a', 'b', 'c']);
  const { tell, shown, pass } = setUp('en', (id) => (open.has(id) ? `title of ${id}` : null));
  for (const id of open) tell({ kind: 'suggestion', id });
  open.delete('a');
  open.delete('c');
  await pass(1_500);
  expect(shown).toMatchObject([{ title: 'Suggested todo', task: 'b' }]);
  tell({ kind: 'suggestion', id: 'a' });
  await pass(60_000);
  expect(shown).toHaveLength(1);
});
