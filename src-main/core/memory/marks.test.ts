import { describe, expect, test } from 'vitest';
import { openTestMemory } from './test-memory.ts';

const ids = (hits: readonly { id: string }[]) => hits.map(({ id }) => id);
const at = (minute: number) => Date.UTC(2024, 5, 1, 9, minute);

describe.each(['terms', 'text'] as const)('by the index of %s', (by) => {
  test('a memory marked never to be used answers nothing, and is still found by who looks through them', async () => {
    await using memory = await openTestMemory(
      [
        { id: 'secret', content: 'the alarm code is 4711' },
        { id: 'open', content: 'the alarm code changes in March' },
      ],
      { by },
    );
    await memory.store.call('memories.update', { id: 'secret', patch: { never_use: true } });

    expect(ids(memory.search('alarm code'))).toEqual(['open']);
    expect(ids(memory.search('"the alarm code is 4711"'))).not.toContain('secret');
    const looked = memory.search('alarm code', { with_never_use: true });
    expect(ids(looked).toSorted()).toEqual(['open', 'secret']);
    expect(looked.find(({ id }) => id === 'secret')).toMatchObject({ never_use: true });
    expect(ids(memory.search('alarm code', { filter: { never_use: true } }))).toEqual(['secret']);
    expect(ids(memory.search('alarm code', { with_never_use: true, filter: { never_use: false } }))).toEqual(['open']);

    await memory.store.call('memories.update', { id: 'secret', patch: { never_use: false } });
    expect(ids(memory.search('alarm code')).toSorted()).toEqual(['open', 'secret']);
  });

  test('what only its time, its sender or its neighbours bring is kept out as well', async () => {
    await using memory = await openTestMemory(
      [
        { id: 'q', content: 'where is the ladder?', sender_id: 'ana', conversation_id: 'chat:x', created_at: at(0) },
        { id: 'a', content: 'in the yard', sender_id: 'bo', conversation_id: 'chat:x', created_at: at(1) },
      ],
      { by },
    );
    await memory.store.call('memories.update', { id: 'a', patch: { never_use: true } });
    for (const query of ['the ladder', 'what did bo say?', 'what was said on 2024-06-01?'])
      expect(ids(memory.search(query)), query).not.toContain('a');
  });

  test('a hundred and more of them do not stand in the way of those that may answer', async () => {
    const unused = Array.from({ length: 200 }, (_, n) => ({ id: `n${n}`, content: `ladder ${n}` }));
    await using memory = await openTestMemory([{ id: 'old', content: 'one of our ladders' }, ...unused], { by });
    for (const { id } of unused) await memory.store.call('memories.update', { id, patch: { never_use: true } });
    expect(ids(memory.search('ladder'))).toEqual(['old']);
  });

  test('a pinned memory comes first among those that answer equally well, and not before a better one', async () => {
    await using memory = await openTestMemory(
      [
        { id: 'pinned', content: 'The ladder is in the yard', created_at: at(0) },
        { id: 'later', content: 'The ladder is in the yard', created_at: at(5) },
        { id: 'better', content: 'The green ladder is in the yard', created_at: at(6) },
      ],
      { by },
    );
    expect(ids(memory.search('ladder yard')).indexOf('later')).toBeLessThan(
      ids(memory.search('ladder yard')).indexOf('pinned'),
    );
    await memory.store.call('memories.update', { id: 'pinned', patch: { pinned: true } });
    const hits = ids(memory.search('ladder yard'));
    expect(hits.indexOf('pinned')).toBeLessThan(hits.indexOf('later'));
    expect(ids(memory.search('green ladder'))[0]).toBe('better');
    expect(memory.search('green ladder')[0]?.score).toBe(1);
  });

  test('kind, person, sensitive and pinned narrow a search to those and no others', async () => {
    await using memory = await openTestMemory(
      [
        { id: 'note', content: 'ladder one', kind: 'note', subject: 'ana' },
        { id: 'said', content: 'ladder two', kind: 'message', sender_id: 'ana', message_id: 'm1' },
        { id: 'other', content: 'ladder three', sender_id: 'bo', sensitive: true },
      ],
      { by },
    );
    await memory.store.call('memories.update', { id: 'said', patch: { pinned: true } });
    const found = (filter: Parameters<typeof memory.search>[1]) => ids(memory.search('ladder', filter)).toSorted();
    expect(found({ filter: { kind: 'message' } })).toEqual(['said']);
    expect(found({ filter: { person: 'ana' } })).toEqual(['note', 'said']);
    expect(found({ filter: { sensitive: false } })).toEqual(['note', 'said']);
    // A sealed one is found by the store, which has the keys.
    expect(found({ filter: { sensitive: true } })).toEqual([]);
    expect(found({ filter: { pinned: true } })).toEqual(['said']);
  });
});

test('each hit says why: passage, words, person, time, or what stands next to it', async () => {
  await using memory = await openTestMemory([
    { id: 'q', content: 'where is the ladder?', sender_id: 'ana', conversation_id: 'chat:x', created_at: at(0) },
    { id: 'a', content: 'in the yard', sender_id: 'bo', conversation_id: 'chat:x', created_at: at(1) },
    { id: 'quoted', content: 'Lea wrote: the spare key is under the mat', created_at: at(30) },
  ]);
  const why = (query: string, id: string) => memory.search(query).find((hit) => hit.id === id)?.reasons;
  expect(why('ladder', 'q')).toEqual(['words']);
  expect(why('the ladder', 'a')).toEqual(['around']);
  expect(why('"spare key"', 'quoted')).toEqual(['phrase', 'words']);
  expect(why('what did bo say about the yard', 'a')).toContain('person');
  expect(why('what was said on 2024-06-01 about the ladder', 'q')).toEqual(expect.arrayContaining(['words', 'time']));
});
