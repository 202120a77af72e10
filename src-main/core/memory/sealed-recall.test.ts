import { expect, test } from 'vitest';
import type { MemoryHit } from '../../../src-shared/schema/memory.ts';
import { withSealed } from './sealed-hits.ts';
import { openTestMemory } from './test-memory.ts';

const key = { version: 1, id: 'k1', method: 'stored', salt: null, cost: null, created_at: 1 } as const;
const said = { kind: 'message', sender_id: 'ana', conversation_id: 'chat:room' } as const;

test.each(['terms', 'text'] as const)(
  'what reads for answers (%s) knows nothing of a sealed memory, by word, time, sender or neighbour',
  async (by) => {
    await using memory = await openTestMemory([], { by });
    await memory.store.call('memoryKeys.add', { ...key, root: new Uint8Array(32) });
    await memory.remember([
      { ...said, id: 'm1', content: 'the otter sleeps behind the door' },
      { ...said, id: 'm2', content: 'the quokka sleeps behind the otter', sensitive: true },
      { ...said, id: 'm3', content: 'the badger sleeps behind the door' },
    ]);
    const found = (query: string) => memory.search(query, { k: 10 }).map(({ id }) => id);
    expect(found('quokka')).toEqual([]);
    for (const query of ['otter', 'what did ana say in June 2024?', 'what did ana say last?', '"behind the otter"'])
      expect(found(query)).not.toContain('m2');
    expect(found('badger')).toContain('m3');
    await memory.store.call('memories.update', { id: 'm3', patch: { sensitive: true } });
    expect(found('badger')).toEqual([]);
    await memory.store.call('memories.update', { id: 'm2', patch: { sensitive: false } });
    expect(found('quokka')[0]).toBe('m2');
  },
);

test('sealed hits stand among the others by how much of the question they hold, behind equals', () => {
  const hit = (id: string, score: number) => ({ id, score }) as MemoryHit;
  const ids = (hits: readonly MemoryHit[]) => hits.map(({ id }) => id);
  const open = [hit('a', 1), hit('b', 0.6), hit('c', 0.2)];
  expect(ids(withSealed(open, [hit('s', 1), hit('t', 0.5)], 4))).toEqual(['a', 's', 'b', 't']);
  expect(ids(withSealed(open, [], 4))).toEqual(['a', 'b', 'c']);
  expect(ids(withSealed([], [hit('s', 0.3)], 4))).toEqual(['s']);
});
