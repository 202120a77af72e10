import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type {
  ErasureCertificate,
  ErasurePreview,
  ErasureRemains,
  ErasureRequest,
} from '../../../src-shared/schema/erasure.ts';
import { AppError } from '../foundation/app-error.ts';
import { writeFileAtomic } from '../foundation/atomic-file.ts';
import { type Clock, isoTime } from '../foundation/clock.ts';
import { hexDigestsEqual } from '../foundation/digest.ts';
import type { EventBus } from '../foundation/events.ts';
import type { Ids } from '../foundation/ids.ts';
import type { Logger } from '../foundation/logger.ts';
import {
  damagedFolder,
  digestOfPerson,
  type ErasedMark,
  type ErasePlace,
  type Erasure,
  eraseFromFront,
  nothingErased,
  type OpArgs,
  type OpResult,
  type Store,
  stampOf,
  sumOfErased,
} from '../store/index.ts';

export class ErasureNotFound extends AppError<'ERASURE_NOT_FOUND'> {
  constructor(data: { id: string }) {
    super('ERASURE_NOT_FOUND', `There is no erasure ${data.id}; list the erasures for those that are`, data);
  }
}

export interface ErasuresDeps {
  store: Pick<Store, 'call'>;
  dataDir: string;
  databaseFile: string;
  /** Where the product keeps copies of its database. */
  copies: string;
  /** The database server that keeps everything, without user and password. */
  server: string | null;
  ids: Ids;
  clock: Clock;
  events: EventBus;
  logger: Logger;
  /** Writes the database anew and replaces its copies; false where that did not come to its end. */
  sweep(): Promise<boolean>;
}

export type Erasures = ReturnType<typeof createErasures>;

/** In the data folder: who was erased, as digests, and which single memories. A restore leaves it where it is. */
const fileName = 'erasures.json';
/** So many rows go in one transaction, some milliseconds. */
const erasedAtOnce = 100;
const waitForSendingMs = 250;
/** What a command wrote down beside this process is looked for so often: one small read. */
const lookForAskedMs = 2_000;
const afterFailureMs = 60_000;

const Mark = z.object({
  id: z.string().min(1).max(64),
  at: z.int().nonnegative(),
  platform: z.string().nullable(),
  salt: z.string().max(64),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
});
/** Of people by digest, of single memories by id; of the latter the last ones. */
const maxMemories = 100_000;
const ErasedFile = z.object({
  erasures: z.array(Mark).max(1_000_000).default([]),
  memories: z
    .array(z.string().min(1).max(64))
    .max(2 * maxMemories)
    .default([]),
});
type ErasedFile = z.infer<typeof ErasedFile>;

interface Whom {
  person: string;
  platform?: string | null | undefined;
}
type Erasing = ErasedMark & { person: string };

/**
 * Erases people: memories with all that was made of them, the texts of their messages, answers, and what todos quote. Each
 * erasure is written down before it begins and goes on after a crash. The list of them lies beside the database, too, so
 * that a database of an earlier day, restored from a backup or a copy, is rid of the same people again.
 */
export function createErasures({
  store,
  dataDir,
  databaseFile,
  copies,
  server,
  ids,
  clock,
  events,
  logger,
  sweep,
}: ErasuresDeps) {
  const ending = new AbortController();
  const file = join(dataDir, fileName);
  /** One at a time. */
  let last: Promise<unknown> = Promise.resolve();
  let watching: Promise<void> = Promise.resolve();

  async function whomOf({ person, platform = null }: Whom) {
    return { person, platform, subjects: await store.call('erasures.subjects', { person }) };
  }

  async function walk(take: (at: ErasePlace) => Promise<OpResult<'erasures.step'>>): Promise<void> {
    for (let at: ErasePlace | null = eraseFromFront; at; ) {
      const step: OpResult<'erasures.step'> = await take(at);
      if (ending.signal.aborted)
        throw new AppError('SHUTTING_DOWN', 'the product is stopping; the erasure goes on after the next start', {
          retry_after_s: 5,
        });
      if (step.isWaiting) await clock.sleep(waitForSendingMs, ending.signal);
      at = step.next;
    }
  }

  async function carryOut({ person, ...mark }: Erasing): Promise<Erasure> {
    const whom = await whomOf({ person, platform: mark.platform });
    await walk((at) => store.call('erasures.step', { id: mark.id, whom, at, limit: erasedAtOnce }));
    const erasure = await store.call('erasures.finish', { id: mark.id, now: clock.now() });
    if (!erasure) throw new Error(`the erasure ${mark.id} is not there`);
    logger.info('erasure.done', { id: mark.id, ...erasure.counts });
    events.emit({ type: 'resync' });
    return erasure;
  }

  async function writeDown({ person, platform = null }: Whom): Promise<ErasedMark> {
    const salt = randomBytes(16).toString('hex');
    const mark = { id: ids.next(), at: clock.now(), platform, salt, digest: digestOfPerson(salt, person) };
    await store.call('erasures.begin', { ...mark, person });
    return mark;
  }

  /** Ends what was written down and is not done; false where there was nothing. */
  async function carryOn(): Promise<boolean> {
    const begun = await store.call('erasures.unfinished', null);
    if (begun.length === 0) return false;
    // Without the person, whose name is in no file for longer than it has to be.
    await keepMarks(begun.map(({ id, at, platform, salt, digest }) => ({ id, at, platform, salt, digest })));
    for (const erasing of begun) await carryOut(erasing);
    return true;
  }

  /** For whoever asks beside this process, and for what a full disk had cut off. */
  async function watch(): Promise<void> {
    for (let pauseMs = lookForAskedMs; ; ) {
      await clock.sleep(pauseMs, ending.signal);
      try {
        if (await inTurn(carryOn)) sweepUp().catch(notDone);
        pauseMs = lookForAskedMs;
      } catch (error) {
        notDone(error);
        pauseMs = afterFailureMs;
      }
    }
  }

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = last.then(work);
    last = mine.catch(() => {});
    return mine;
  }

  /** Adds to the file what it does not know. */
  async function keepMarks(marks: readonly ErasedMark[]): Promise<void> {
    const { erasures, memories } = await readErased();
    const known = new Set(erasures.map(({ id }) => id));
    const missing = marks.filter(({ id }) => !known.has(id));
    if (missing.length > 0) await writeErased({ erasures: [...erasures, ...missing], memories });
  }

  async function keepMemory(id: string): Promise<void> {
    const { erasures, memories } = await readErased();
    await writeErased({ erasures, memories: [...memories, id].slice(-maxMemories) });
  }

  const writeErased = (erased: ErasedFile): Promise<void> => writeFileAtomic(file, `${JSON.stringify(erased)}\n`);

  async function readErased(): Promise<ErasedFile> {
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (text === null) return { erasures: [], memories: [] };
    try {
      return ErasedFile.parse(JSON.parse(text));
    } catch (error) {
      // What the database knows of them is written again; what only this file knew can be read by a person there.
      const aside = join(dataDir, `erasures.unreadable-${stampOf(clock.now())}.json`);
      await rename(file, aside);
      logger.error('erasure.list_unreadable', { aside, error });
      return { erasures: [], memories: [] };
    }
  }

  /** Begins to erase again who was erased before and came back with a database of an earlier day. */
  async function takeMarksOver(): Promise<void> {
    const own = new Set((await store.call('erasures.marks', null)).map(({ id }) => id));
    const { erasures, memories: erased } = await readErased();
    await eraseAgain(erased);
    const unknown = erasures.filter(({ id }) => !own.has(id));
    if (unknown.length === 0) return;
    for (const { mark, person } of await store.call('erasures.match', unknown)) {
      if (person === null) await store.call('erasures.know', { mark, now: clock.now() });
      else await store.call('erasures.begin', { ...mark, person });
    }
  }

  /** Single memories that came back with a database of an earlier day. */
  async function eraseAgain(ids: readonly string[]): Promise<void> {
    for (const id of await store.call('memories.knownAmong', { ids })) {
      await store.call('memories.erase', { id });
      logger.info('erasure.memory_again', { id });
    }
  }

  /** In the background: it takes as long as a copy of the database, and what fails is done after the next start. */
  async function sweepUp(): Promise<void> {
    const ids = await store.call('erasures.unswept', null);
    if (ids.length === 0 || !(await sweep())) return;
    await store.call('erasures.swept', { ids, now: clock.now() });
    events.emit({ type: 'resync' });
  }

  function notDone(error: unknown): void {
    if (!ending.signal.aborted) logger.error('erasure.not_finished', { error });
  }

  /** Looked for once for a whole page of certificates. */
  function putAside(): ErasureRemains[] {
    const places = [
      { kind: 'before_restore' as const, path: join(dataDir, 'before-restore') },
      { kind: 'damaged' as const, path: damagedFolder(databaseFile) },
    ];
    return places.filter(({ path }) => existsSync(path));
  }

  const instant = (ms: number | null): string | null => (ms === null ? null : isoTime(ms));

  const certify = (erasure: Erasure, person: string | null, aside = putAside()): ErasureCertificate => ({
    id: erasure.id,
    person,
    platform: erasure.platform,
    begun_at: isoTime(erasure.at),
    erased_at: instant(erasure.erased_at),
    swept_at: instant(erasure.swept_at),
    erased: erasure.counts,
    remains: [
      ...(erasure.swept_at === null ? [{ kind: 'copies' as const, path: copies }] : []),
      ...(server === null ? [] : [{ kind: 'server' as const, path: server }]),
      ...aside,
      { kind: 'backups', path: null },
    ],
    salt: erasure.salt,
    digest: erasure.digest,
  });

  return {
    /** What erasing a person would take. */
    async preview(request: ErasureRequest): Promise<ErasurePreview> {
      const whom = await whomOf(request);
      let sum = nothingErased();
      await walk(async (at) => {
        const step = await store.call('erasures.look', { whom, at, limit: erasedAtOnce });
        sum = sumOfErased(sum, step.counts);
        return step;
      });
      return { memories: sum.memories, messages: sum.messages, todos: sum.todos_unlinked };
    },

    /** Erases a person. What was begun is ended, after a crash by the next start. */
    erase: (request: ErasureRequest): Promise<ErasureCertificate> =>
      inTurn(async () => {
        const mark = await writeDown(request);
        await keepMarks([mark]);
        const erasure = await carryOut({ ...mark, person: request.person });
        sweepUp().catch(notDone);
        return certify(erasure, request.person);
      }),

    /**
     * Writes down that a person is to be erased, for the process that has the data folder to carry out; answers the id.
     * What was begun of the same person and not ended is gone on with.
     */
    async ask(request: ErasureRequest): Promise<string> {
      const { person, platform = null } = request;
      const begun = (await store.call('erasures.unfinished', null)).find(
        (one) => one.platform === platform && hexDigestsEqual(one.digest, digestOfPerson(one.salt, person)),
      );
      return (begun ?? (await writeDown(request))).id;
    },

    /** For the process that has the data folder and is not the product: ends what was written down, and sweeps up. */
    async carryOn(): Promise<void> {
      await inTurn(carryOn);
      await sweepUp();
    },

    /** Erases one memory for good, forgotten or not, with what it came from; false where it is not there. */
    eraseMemory: (id: string): Promise<boolean> =>
      inTurn(async () => {
        const counts = await store.call('memories.erase', { id });
        if (counts === null) return false;
        if (counts.memories === 0)
          throw new AppError('CONFLICT', 'An answer about it is just being sent; try again in a moment', { id });
        await keepMemory(id);
        events.emit({ type: 'resync' });
        return true;
      }),

    async list(query: OpArgs<'erasures.list'>) {
      const { items, next_cursor } = await store.call('erasures.list', query);
      const aside = putAside();
      return { items: items.map((erasure) => certify(erasure, null, aside)), next_cursor };
    },

    /** @throws ErasureNotFound */
    async get(id: string): Promise<ErasureCertificate> {
      const erasure = await store.call('erasures.get', { id });
      if (!erasure) throw new ErasureNotFound({ id });
      return certify(erasure, null);
    },

    /** Ends what a crash cut off, and erases again who came back with a database of an earlier day. */
    start(): void {
      inTurn(async () => {
        await takeMarksOver();
        await carryOn();
        await keepMarks(await store.call('erasures.marks', null));
      })
        .then(sweepUp)
        .catch(notDone);
      watching = watch().catch(notDone);
    },

    async stop(): Promise<void> {
      ending.abort();
      await Promise.all([last, watching]);
    },
  };
}
