import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { eraseStep } from '../test-memory.ts';
import { NumberMask } from './number-mask.ts';
import { createTestEmbedder } from './test-embedder.ts';
import { openTestStore } from './test-semantics.ts';
import { needsFaiss } from './test-vectors.ts';

const count = (sql: string, reader: { get<T>(sql: string): T | undefined }): number =>
  reader.get<{ n: number }>(`SELECT count(*) AS n FROM ${sql}`)?.n ?? 0;

test('what is remembered is embedded in the background and found by what it means', async () => {
  await using memory = await openTestStore();
  const semantics = memory.semantics([createTestEmbedder().embedder]);
  await memory.remember({ id: 'a', content: 'the automobile broke down' }, { id: 'b', content: '医生 明天 有空' });
  await semantics.settle();

  expect(memory.idsOf(await semantics.find('car', null))).toEqual(['a']);
  expect(memory.idsOf(await semantics.find('doctor', null))).toEqual(['b']);
  expect(memory.idsOf(await semantics.find('car', new NumberMask([memory.seqOf('b')])))).toEqual([]);

  await memory.store.call('memories.update', { id: 'a', patch: { content: 'the bicycle broke down' } });
  expect(await semantics.find('car', null)).toEqual([]);
  await semantics.settle();
  expect(memory.idsOf(await semantics.find('bicycle', null))).toEqual(['a']);

  await memory.store.call('memories.forget', { id: 'a', now: 1 });
  expect(await semantics.find('bicycle', null)).toEqual([]);
  await memory.store.call('memories.restore', { id: 'a' });
  await semantics.settle();
  expect(memory.idsOf(await semantics.find('bicycle', null))).toEqual(['a']);
  expect(memory.failures).toEqual([]);
});

test('a change of what is about a memory, and not of its words, makes no vector anew', async () => {
  await using memory = await openTestStore();
  const { embedder, asked } = createTestEmbedder();
  const semantics = memory.semantics([embedder]);
  await memory.remember({ id: 'a', content: 'the car' });
  await semantics.settle();
  await memory.store.call('memories.update', { id: 'a', patch: { subject: 'ana' } });
  await semantics.settle();
  expect(asked).toHaveLength(1);
});

test('a text that changed while its vector was made gets one of its new words', async () => {
  await using memory = await openTestStore();
  const { embedder } = createTestEmbedder();
  await memory.remember({ id: 'a', content: 'the car' });
  const slow = {
    ...embedder,
    async embed(...args: Parameters<typeof embedder.embed>) {
      const vectors = await embedder.embed(...args);
      if (args[0].includes('the car'))
        await memory.store.call('memories.update', { id: 'a', patch: { content: 'the kettle' } });
      return vectors;
    },
  };
  const semantics = memory.semantics([slow]);
  await semantics.settle();
  expect(await semantics.find('car', null)).toEqual([]);
  expect(memory.idsOf(await semantics.find('kettle', null))).toEqual(['a']);
});

test('one text without a vector does not keep others from theirs; a model that fails is asked again later', async () => {
  await using memory = await openTestStore();
  const { embedder, fail } = createTestEmbedder();
  await memory.remember(...['the car', 'poison', 'the kettle'].map((content, at) => ({ id: `m${at}`, content })));
  const semantics = memory.semantics([embedder]);
  await semantics.settle();
  expect(memory.idsOf(await semantics.find('kettle', null))).toEqual(['m2']);
  expect(memory.failures).toEqual([new Error('no vector for poison')]);

  fail(new Error('the model is gone'));
  await memory.remember({ id: 'later', content: 'the lantern' });
  const down = memory.semantics([embedder]);
  await down.settle();
  expect(await down.find('lantern', null)).toEqual([]);
  fail(null);
  const next = memory.semantics([embedder]);
  await next.settle();
  expect(memory.idsOf(await next.find('lantern', null))).toEqual(['later']);
});

const many = (length: number) =>
  Array.from({ length }, (_, at) => ({
    id: `m${at}`,
    content: `note ${at} of the ${at % 2 ? 'kettle' : 'lantern'}`,
    subject: at % 1_000 === 7 ? 'ana' : null,
  }));

test('its parts are kept and read by the next start; damaged ones, and damaged vectors, are made again', async () => {
  await using memory = await openTestStore();
  const { embedder, asked } = createTestEmbedder();
  const first = memory.semantics([embedder]);
  await memory.remember(...many(4_500));
  await first.settle();
  expect(count('memory_vector_index', memory.reader)).toBe(1);
  const before = await first.find('note 77 of the kettle', null);
  expect(memory.idsOf(before.slice(0, 1))).toEqual(['m77']);

  const next = memory.semantics([embedder]);
  const made = asked.length;
  await next.settle();
  expect(await next.find('note 77 of the kettle', null)).toEqual(before);
  expect(asked.slice(made).every(({ kind }) => kind === 'question')).toBe(true);

  using db = openRaw(memory.file);
  const image = db.raw.prepare<[], Buffer>('SELECT image FROM memory_vector_index').pluck().get() ?? Buffer.alloc(0);
  image[image.length >> 1] = 255 - (image[image.length >> 1] ?? 0);
  db.raw.prepare('UPDATE memory_vector_index SET image = ?').run(image);
  db.raw.prepare('UPDATE memory_vectors SET vector = zeroblob(260) WHERE memory_seq = 78').run();
  const third = memory.semantics([embedder]);
  await third.settle();
  expect(await third.find('note 77 of the kettle', null)).toEqual(before);
  expect(count('memory_vectors', memory.reader)).toBe(4_500);
  const again = db.raw.prepare<[], Buffer>('SELECT image FROM memory_vector_index').pluck().all();
  expect(again).toHaveLength(1);
  expect(again[0]?.equals(image)).toBe(false);
  expect(memory.failures).toEqual([]);
});

test('a part goes with an erased memory that it may have known, and one made before is no longer taken', async () => {
  await using memory = await openTestStore();
  const { embedder } = createTestEmbedder();
  const semantics = memory.semantics([embedder]);
  await memory.remember(...many(4_500));
  await semantics.settle();
  const part = memory.wishes.flatMap((wish) => (wish.type === 'keep_vector_part' ? [wish.part] : []))[0];
  await memory.store.call('erasures.step', eraseStep('ana'));
  expect(count('memory_vector_index', memory.reader)).toBe(0);
  expect(count('memory_vectors', memory.reader)).toBe(4_495);
  expect(part && (await memory.store.call('vectorIndex.keep', part))).toBe(false);
  expect(memory.idsOf((await semantics.find('note 7 of the kettle', null)).slice(0, 50))).not.toContain('m7');
});

test('after a change of model the old vectors serve until the new are whole, and then they go', async () => {
  await using memory = await openTestStore();
  const [old, fresh] = [createTestEmbedder('old'), createTestEmbedder('fresh', 96)];
  await memory.remember(...many(200), { id: 'a', content: 'the automobile' });
  await memory.semantics([old.embedder]).settle();

  const both = memory.semantics([fresh.embedder, old.embedder]);
  // The first few are made by the fresh model; the memory asked for is not among them.
  for (let turn = 0; turn < 3; turn++) await both.work();
  await memory.store.call('memories.count', null);
  const asked = old.asked.length;
  for (let turn = 0; turn < 4; turn++) await both.work();
  expect(memory.idsOf(await both.find('car', null))).toEqual(['a']);
  expect(old.asked.length).toBe(asked + 1);

  for (let turn = 0; turn < 600 && both.isWaiting(); turn++) {
    await both.settle();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const models = memory.reader.all<{ fingerprint: string }>('SELECT fingerprint FROM memory_vector_models');
  expect(models).toEqual([{ fingerprint: 'fresh 96' }]);
  expect(memory.idsOf(await both.find('car', null))).toEqual(['a']);
  expect(old.asked.length).toBe(asked + 1);
  expect(memory.failures).toEqual([]);
});

const step = fc.oneof(
  fc.record({ kind: fc.constant('remember' as const), word: fc.nat(5) }),
  fc.record({
    kind: fc.constantFrom('update' as const, 'forget' as const, 'restore' as const),
    word: fc.nat(5),
    of: fc.nat(20),
  }),
  fc.record({ kind: fc.constant('erase' as const), of: fc.nat(2) }),
  fc.record({ kind: fc.constantFrom('work' as const, 'settle' as const, 'restart' as const, 'find' as const) }),
);

test('nothing erased, forgotten or of another person ever comes back, and nothing is missed in the end', async () => {
  const words = ['kettle', 'lantern', 'car', '医生', 'teapot', 'attic'];
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      await using memory = await openTestStore();
      const { embedder } = createTestEmbedder();
      let semantics = memory.semantics([embedder]);
      const alive = new Map<string, { word: string; subject: string }>();
      const forgotten = new Map<string, { word: string; subject: string }>();
      let made = 0;
      const expectFound = async (isWhole: boolean): Promise<void> => {
        for (const word of words) {
          for (const subject of [null, 's0', 's1']) {
            const mask =
              subject === null
                ? null
                : new NumberMask(
                    memory.reader
                      .all<{ seq: number }>('SELECT seq FROM memories WHERE subject = ?', subject)
                      .map(({ seq }) => seq),
                  );
            const found = memory.idsOf(await semantics.find(word, mask)).map(String);
            const wanted = [...alive].filter(
              ([, each]) => each.word === word && (subject ?? each.subject) === each.subject,
            );
            const ids = new Set(wanted.map(([id]) => id));
            expect(found.filter((id) => !ids.has(id))).toEqual([]);
            if (isWhole) expect(new Set(found)).toEqual(ids);
          }
        }
      };
      for (const each of steps) {
        const id = 'of' in each ? `m${each.of}` : '';
        const word = 'word' in each ? (words[each.word] ?? '') : '';
        const known = alive.get(id);
        if (each.kind === 'remember') {
          const subject = `s${made % 3}`;
          await memory.remember({ id: `m${made}`, content: word, subject });
          alive.set(`m${made++}`, { word, subject });
        } else if (each.kind === 'update') {
          await memory.store.call('memories.update', { id, patch: { content: word } });
          if (known) alive.set(id, { ...known, word });
        } else if (each.kind === 'forget' && known) {
          await memory.store.call('memories.forget', { id, now: 1 });
          alive.delete(id);
          forgotten.set(id, known);
        } else if (each.kind === 'restore' && forgotten.has(id)) {
          await memory.store.call('memories.restore', { id });
          alive.set(id, forgotten.get(id) ?? { word: '', subject: '' });
          forgotten.delete(id);
        } else if (each.kind === 'erase') {
          await memory.store.call('erasures.step', eraseStep(`s${each.of}`));
          for (const map of [alive, forgotten])
            for (const [key, { subject }] of map) if (subject === `s${each.of}`) map.delete(key);
        } else if (each.kind === 'work') await semantics.work();
        else if (each.kind === 'settle') await semantics.settle();
        else if (each.kind === 'restart') semantics = memory.semantics([embedder]);
        else if (each.kind === 'find') await expectFound(false);
      }
      await semantics.settle();
      await expectFound(true);
      expect(memory.failures).toEqual([]);
    }),
    { numRuns: 25 },
  );
});

test('where the process of faiss ends, the scan takes over', async (context) => {
  needsFaiss(context);
  if (process.platform !== 'linux') {
    Object.assign(context.task.meta, { leftOut: 'children are looked up in /proc, which only Linux has' });
    return context.skip();
  }
  await using memory = await openTestStore();
  const semantics = memory.semantics([createTestEmbedder().embedder], 'faiss-flat');
  await memory.remember({ id: 'a', content: 'the automobile' });
  const before = children();
  await semantics.settle();
  expect(memory.idsOf(await semantics.find('car', null))).toEqual(['a']);
  const [child] = children().filter((each) => !before.includes(each));
  if (child === undefined) throw new Error('faiss has no process');

  process.kill(child, 'SIGABRT');
  expect(await semantics.find('car', null)).toEqual([]);
  expect(String(memory.failures[0])).toContain('the process of faiss ended (SIGABRT)');
  await semantics.settle();
  expect(memory.idsOf(await semantics.find('car', null))).toEqual(['a']);
  expect(children()).toEqual(before);
});

const children = (): number[] =>
  readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);

function openRaw(file: string) {
  const raw = new Database(file);
  return { raw, [Symbol.dispose]: () => void raw.close() };
}
