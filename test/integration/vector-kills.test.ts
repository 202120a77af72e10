import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeVector } from '../../src-main/core/memory/vectors/stored.ts';
import { createTestEmbedder } from '../../src-main/core/memory/vectors/test-embedder.ts';
import { openTestStore } from '../../src-main/core/memory/vectors/test-semantics.ts';
import { unitOf } from '../../src-main/core/memory/vectors/vector-index.ts';
import { chance } from '../fakes/damage.ts';
import { madeText } from '../fakes/made-texts.ts';

const writeVectors = fileURLToPath(new URL('../fixtures/write-vectors.ts', import.meta.url));
const stopAtStep = fileURLToPath(new URL('../fixtures/stop-at-step.ts', import.meta.url));
/** A little more than one part of the index holds, so that one is kept. */
const memories = 4_200;
const rounds = 6;
/** Of the random moment of a kill, after the first vector may have been made. */
const betweenMs = [20, 700] as const;

let folder: string;
/** Memories with their vectors, and no part of an index kept. */
let base: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clawdbot-vector-kills-'));
  base = join(folder, 'base.db');
  await using memory = await openTestStore(base);
  const next = chance(1);
  await memory.remember(...Array.from({ length: memories }, (_, at) => ({ id: `m${at}`, content: madeText(next) })));
  await memory.semantics([createTestEmbedder().embedder]).settle();
  await memory.store.call('memories.erase', { id: 'm3' });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function copyOfBase(name: string): string {
  const file = join(folder, `${name}.db`);
  copyFileSync(base, file);
  return file;
}

/** Runs until it is killed, by the test after so many milliseconds or by itself at a step. */
async function killed(file: string, { seed, at, afterMs }: { seed: number; at?: string; afterMs?: number }) {
  const args = [...(at === undefined ? [] : ['--import', stopAtStep]), writeVectors, file, String(seed)];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, NODE_OPTIONS: '', ...(at === undefined ? {} : { STOP_AT: at }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = once(child, 'exit');
  try {
    await Promise.race([once(child.stdout, 'data'), ended]);
    if (afterMs !== undefined) {
      await Promise.race([sleep(afterMs), ended]);
      child.kill('SIGKILL');
    }
    expect({ ended: (await ended)[1], said }).toEqual({ ended: 'SIGKILL', said: '' });
  } finally {
    child.kill('SIGKILL');
  }
}

const { embedder } = createTestEmbedder();

async function vectorsOf(texts: readonly string[]): Promise<Buffer[]> {
  const made = await embedder.embed(texts, 'memory');
  return made.map((vector) => Buffer.from(encodeVector(unitOf(vector, embedder.dimensions, 'a text'))));
}

interface Left {
  vectors: number;
  parts: number;
  /** Memories that should have a vector and have none. */
  missing: number;
  /** Vectors that are not of what their memory says, or of none that is there. */
  wrong: number;
}

/** Reads the database as a kill left it. */
async function look(file: string): Promise<Left> {
  const db = new Database(file, { readonly: true });
  const rows = db
    .prepare<[], { content: string | null; vector: Buffer | null }>(
      `SELECT m.content, v.vector FROM memory_vectors v
       LEFT JOIN memories m ON m.seq = v.memory_seq AND m.forgotten_at IS NULL`,
    )
    .all();
  const right = await vectorsOf(rows.map(({ content }) => content ?? 'nobody says this'));
  const count = (sql: string) => db.prepare<[], number>(`SELECT count(*) FROM ${sql}`).pluck().get() ?? -1;
  const left = {
    vectors: rows.length,
    parts: count('memory_vector_index'),
    missing: count(
      `memories m WHERE forgotten_at IS NULL AND NOT EXISTS (SELECT 1 FROM memory_vectors WHERE memory_seq = m.seq)`,
    ),
    wrong: rows.filter(({ content, vector }, at) => content === null || !vector?.equals(right[at] as Buffer)).length,
  };
  db.close();
  return left;
}

/** What is near to some of what is remembered, once everything was made and kept. */
async function found(file: string, queries: readonly string[]) {
  await using memory = await openTestStore(file);
  const semantics = memory.semantics([embedder]);
  await semantics.settle();
  const hits = [];
  for (const query of queries) hits.push((await semantics.find(query, null)).slice(0, 10));
  expect(memory.failures).toEqual([]);
  return hits;
}

/** The same database, as if no vector had ever been made. */
function withoutVectors(file: string): string {
  const copy = `${file}.scratch`;
  const db = new Database(file);
  db.exec(`VACUUM INTO '${copy.replaceAll("'", "''")}'`);
  db.close();
  const scratch = new Database(copy);
  for (const table of ['memory_vector_index', 'memory_vectors', 'memory_vector_models', 'memory_vector_changes'])
    scratch.exec(`DELETE FROM ${table}`);
  scratch.close();
  return copy;
}

function queriesFor(file: string): string[] {
  const db = new Database(file, { readonly: true });
  const texts = db
    .prepare<[], string>('SELECT content FROM memories WHERE forgotten_at IS NULL ORDER BY seq * 7919 % 10007 LIMIT 12')
    .pluck()
    .all();
  const newest = db
    .prepare<[], string>('SELECT content FROM memories WHERE forgotten_at IS NULL ORDER BY seq DESC LIMIT 12')
    .pluck()
    .all();
  db.close();
  return [...texts, ...newest].map((text) => text.split(' ').slice(0, 3).join(' '));
}

/** After a start: every memory has its vector, none has another's, and recall by meaning is as if made from scratch. */
async function expectWhole(file: string): Promise<void> {
  const queries = queriesFor(file);
  const hits = await found(file, queries);
  expect(await look(file)).toMatchObject({ missing: 0, wrong: 0 });
  expect(hits).toEqual(await found(withoutVectors(file), queries));
  expect(hits.every(([first]) => first !== undefined)).toBe(true);
}

interface Step {
  when: string;
  /** See test/fixtures/stop-at-step.ts. */
  at: string;
  /** What the kill leaves behind, which shows that it struck where it should. */
  shows(left: Left): unknown;
}

const steps: Step[] = [
  {
    when: 'vectors are on their way to the store',
    at: 'before-post:memoryVectors.keep',
    shows: ({ missing }) => expect(missing).toBeGreaterThan(0),
  },
  {
    when: 'vectors are written and not committed',
    at: 'before-commit:memoryVectors.keep',
    shows: ({ missing }) => expect(missing).toBeGreaterThan(0),
  },
  {
    when: 'vectors are kept and nobody knows',
    at: 'after-commit:memoryVectors.keep',
    shows: ({ vectors }) => expect(vectors).toBeGreaterThan(memories - 100),
  },
  {
    when: 'a part of the index is written and not committed',
    at: 'before-commit:vectorIndex.keep',
    shows: ({ parts }) => expect(parts).toBe(0),
  },
  {
    when: 'a part of the index is kept and nobody knows',
    at: 'after-commit:vectorIndex.keep',
    shows: ({ parts }) => expect(parts).toBe(1),
  },
];

test.each(steps)(
  'killed when $when, nothing is missing or wrong after the next start',
  async ({ at, shows }) => {
    const file = copyOfBase(at.replace(':', '-'));
    await killed(file, { seed: 2, at });
    const left = await look(file);
    expect(left.wrong).toBe(0);
    shows(left);
    await expectWhole(file);
  },
  60_000,
);

test(`killed ${rounds} times in a row at random moments, nothing is missing or wrong after the last start`, async () => {
  const file = withoutVectors(copyOfBase('random'));
  const struck: Left[] = [];
  for (let round = 0; round < rounds; round++) {
    const afterMs = betweenMs[0] + Math.random() * (betweenMs[1] - betweenMs[0]);
    await killed(file, { seed: Math.floor(Math.random() * 2 ** 31), afterMs });
    struck.push(await look(file));
  }
  process.stdout.write(`vector kills: left without a vector ${struck.map(({ missing }) => missing).join(', ')}\n`);
  expect(struck.map(({ wrong }) => wrong)).toEqual(struck.map(() => 0));
  await expectWhole(file);
}, 120_000);
