import { expect, test } from 'vitest';
import type { Message } from '../../../src-shared/schema/message.ts';
import { latestTasks, type Row, transcript, withLinks } from './transcript.ts';

const message = (id: string, change: Partial<Message> = {}): Message => ({
  id,
  platform: 'chat',
  sender_id: 'you',
  content: id,
  timestamp: 0,
  attachments: [],
  external_id: `x-${id}`,
  conversation_id: 'main',
  channel: 'chat',
  metadata: {},
  direction: 'in',
  in_reply_to: null,
  state: 'stored',
  received_at: '2026-11-20T09:00:00Z',
  timeline: [],
  task_ids: [],
  memory_ids: [],
  ...change,
});

const lay = (messages: Message[], unsent: string[] = []) =>
  transcript({
    messages,
    unsent: unsent.map((id) => ({ external_id: `x-${id}`, content: id, typed_at: 0, failed: null })),
    isComplete: false,
    dayOf: (at) => at.slice(0, 10),
  });
const shape = (rows: Row[]) =>
  rows.map((row) =>
    row.type === 'message' || row.type === 'unsent' ? `${row.type}${row.isFirstOfRun ? '*' : ''}` : row.type,
  );

test('what one person says in one go stands under one name, and every day has its line', () => {
  const rows = lay([
    message('a'),
    message('b', { received_at: '2026-11-20T09:01:00Z' }),
    message('c', { received_at: '2026-11-20T09:30:00Z' }),
    message('d', { received_at: '2026-11-21T09:30:00Z' }),
  ]);
  expect(shape(rows)).toEqual(['day', 'message*', 'message', 'message*', 'day', 'message*']);
});

test('a message that has arrived is not shown as waiting too', () => {
  expect(shape(lay([message('a')], ['a', 'b']))).toEqual(['day', 'message*', 'unsent']);
});

test('a suggested card is shown under the request and not again under the reply', () => {
  const rows = lay([
    message('a', { task_ids: ['t1'] }),
    message('b', { direction: 'out', in_reply_to: 'a', task_ids: ['t1', 't2'] }),
  ]);
  expect(rows.map((row) => (row.type === 'message' ? row.taskIds : []))).toEqual([[], ['t1'], ['t2']]);
});

test('web addresses can be followed, without the punctuation around them', () => {
  expect(
    withLinks('见 https://example.org/a?b=c。然后 (http://x.org/y).')
      .filter((part) => part.href)
      .map((part) => part.href),
  ).toEqual(['https://example.org/a?b=c', 'http://x.org/y']);
  expect(withLinks('javascript:alert(1)')).toEqual([{ text: 'javascript:alert(1)', href: null }]);
});

test('the cards of the last exchange are those of the words said last, whatever was answered to words before', () => {
  const before = message('please', { task_ids: ['old'] });
  const last = message('and please', { task_ids: ['one', 'two'] });
  const late = message('reply', { direction: 'out', in_reply_to: 'please', task_ids: ['old'] });
  expect(latestTasks([late, last, before])).toEqual(['one', 'two']);
  expect(latestTasks([message('thanks'), late, last, before])).toEqual([]);
  expect(latestTasks([])).toEqual([]);
});
