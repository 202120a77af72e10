import { expect, test } from 'vitest';
import { eraseStep } from '../test-memory.ts';
import { followVectors } from './follow.ts';
import { createScanIndex } from './scan/scan-index.ts';
import { createTestEmbedder } from './test-embedder.ts';
import { openTestStore } from './test-semantics.ts';

/** An index that asks the database nothing at the end of a search, so that what it holds is what it answers. */
test('what went is taken out of the index itself, and what changed stands there once', async () => {
  await using memory = await openTestStore();
  const { embedder } = createTestEmbedder();
  const semantics = memory.semantics([embedder]);
  const index = createScanIndex({ dimensions: embedder.dimensions });
  const follower = followVectors({ reader: memory.reader, fingerprint: embedder.fingerprint, index });
  const [car = new Float32Array()] = await embedder.embed(['car'], 'question');
  const found = async () => {
    await semantics.settle();
    for (let hasWorked = true; hasWorked; ) hasWorked = await follower.work();
    expect(await follower.isReady()).toBe(true);
    return memory
      .idsOf(index.search(car, 10).filter(({ score }) => score > 0.9))
      .map(String)
      .toSorted();
  };
  await memory.remember(
    { id: 'a', content: 'car', subject: 'ana' },
    { id: 'b', content: 'automobile' },
    { id: 'c', content: 'kettle' },
  );
  expect(await found()).toEqual(['a', 'b']);
  await memory.store.call('memories.update', { id: 'c', patch: { content: 'the car car car car car car car' } });
  await memory.store.call('erasures.step', eraseStep('ana'));
  await memory.store.call('memories.forget', { id: 'b', now: 1 });
  expect(await found()).toEqual(['c']);
  expect(index.size).toBe(1);
  await memory.store.call('memories.restore', { id: 'b' });
  expect(await found()).toEqual(['b', 'c']);
  expect(index.size).toBe(2);
});

test('changes are let go when index, parts and models know them', async () => {
  await using memory = await openTestStore();
  const semantics = memory.semantics([createTestEmbedder().embedder]);
  await memory.remember({ id: 'a', content: 'car' });
  await semantics.settle();
  for (let round = 0; round < 300; round++)
    await memory.store.call('memories.update', { id: 'a', patch: { content: `car ${round}` } });
  await semantics.settle();
  expect(memory.wishes.some(({ type }) => type === 'trim_vectors')).toBe(false);
  for (let round = 0; round < 300; round++)
    await memory.store.call('memories.update', { id: 'a', patch: { content: `kettle ${round}` } });
  await semantics.settle();
  expect(memory.wishes.some(({ type }) => type === 'trim_vectors')).toBe(true);
  expect(memory.reader.all('SELECT 1 FROM memory_vector_changes').length).toBeLessThan(10);
  expect(memory.idsOf(await semantics.find('kettle 299', null))).toEqual(['a']);
});
