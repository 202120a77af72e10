import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryQuery } from '../../../src-shared/schema/memory.ts';
import { PAST, readTimes } from '../language/index.ts';
import { eraseFromFront, type MemoryRow, openReader, openStore } from '../store/index.ts';
import { factsState, nextLesson } from './facts/learn.ts';
import { createRecall, type RecallOptions } from './recall.ts';
import { followTerms } from './terms/follow.ts';

export type Given = Partial<MemoryRow> & Pick<MemoryRow, 'id' | 'content'>;
type Asked = Partial<Omit<MemoryQuery, 'query' | 'now'>> & Partial<RecallOptions>;

/** For tests: a real store in a folder of its own, filled with memories, and a recall that reads it. */
export async function openTestMemory(given: readonly Given[] = [], { by = 'terms' }: { by?: 'terms' | 'text' } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'clawdbot-memory-'));
  const file = join(folder, 'memory.db');
  const failures: Error[] = [];
  const store = await openStore({ file, durability: 'normal', onFailure: (error) => failures.push(error) });
  await store.call('memoryKeys.add', {
    version: 1,
    id: 'key',
    method: 'stored',
    salt: null,
    cost: null,
    created_at: 1,
    root: randomBytes(32),
  });
  const reader = openReader(file);
  /** Stores memories, and reads them for facts as the mind's thread does. */
  const remember = async (rows: readonly Given[]) => {
    const inserted = await store.call('memories.insert', { rows: rows.map(rowOf) });
    await learn();
    return inserted;
  };
  const learn = async (): Promise<void> => {
    for (let lesson = nextLesson(reader); lesson; lesson = nextLesson(reader)) await store.call('facts.learn', lesson);
  };
  await remember(given);
  const terms = followTerms(reader, (error) => failures.push(error as Error));
  while (terms.work());
  const recall = createRecall({
    reader,
    readTimes: (text, reference) => readTimes(text, { reference, policy: PAST }),
    terms: by === 'terms' ? terms : undefined,
  });
  return {
    file,
    store,
    reader,
    remember,
    learn,
    state: () => factsState(reader) ?? { version: '', upto: 0, change: 0 },
    search(query: string, { now = Date.UTC(2024, 5, 30), exclude_message_id, near, ...rest }: Asked = {}) {
      return recall.search(MemoryQuery.parse({ query, timezone: 'UTC', ...rest }), { now, exclude_message_id, near });
    },
    async [Symbol.asyncDispose]() {
      reader.close();
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** For tests: what takes all memories about or of a person, in one step. */
export const eraseStep = (person: string) => ({
  id: '',
  whom: { person, subjects: [person], platform: null },
  at: eraseFromFront,
  limit: 100_000,
});

/** For tests: a memory of which only what matters is given. */
export function rowOf(given: Given): MemoryRow {
  return {
    external_id: null,
    kind: 'note',
    created_at: Date.UTC(2024, 5, 1),
    sender_id: null,
    conversation_id: null,
    platform: null,
    subject: null,
    message_id: null,
    metadata: {},
    sensitive: false,
    ...given,
  };
}
