import { Worker } from 'node:worker_threads';
import { AppError } from '../../foundation/app-error.ts';
import type { Clock } from '../../foundation/clock.ts';
import type { Logger } from '../../foundation/logger.ts';
import { workerFile } from '../../foundation/worker-file.ts';
import type { Store } from './client.ts';
import { type Copy, type CopyReason, dropCopiesUntil, isAfter, listCopies } from './copies.ts';
import { type CheckRecord, type DatabaseHealth, readHealth } from './health.ts';
import { type MendedStep, mendFromFront, type TextIndexDrift } from './text-index.ts';

/** What the keeper's thread is started with. */
export interface KeeperJob {
  file: string;
  folder: string;
  reason: CopyReason;
  now: number;
  version: string;
}

export type KeeperOutcome =
  | { type: 'done'; check: CheckRecord; copy: Copy | null; index: TextIndexDrift & { untrue: boolean } }
  | { type: 'failed'; code: string; message: string };

export interface KeeperDeps {
  store: Store;
  file: string;
  /** Where copies lie. */
  folder: string;
  version: string;
  clock: Clock;
  logger: Logger;
  /** Called when what is known about the database has changed. */
  onChange(): void;
}

/** What is known about the database, and why the last copy could not be made, in plain words. */
export type KeptHealth = DatabaseHealth & { problem: string | null };

export type Keeper = ReturnType<typeof createKeeper>;

const dayMs = 86_400_000;
/** The first look waits until the start is over. */
const firstLookMs = 60_000;
const betweenLooksMs = 10 * 60_000;
const afterFailureMs = 60 * 60_000;
const mendedAtOnce = 200;
const resourceLimits = { maxYoungGenerationSizeMb: 8 };

/**
 * Keeps copies of the database and looks for damage: once a day, and after the product has become another version. The
 * work is done in a thread that is there while there is something to do.
 */
export function createKeeper({ store, file, folder, version, clock, logger, onChange }: KeeperDeps) {
  const ending = new AbortController();
  let health = readHealth(file, folder);
  let problem: string | null = null;
  let uncleanStart = store.opened.checked;
  let running: Promise<void> = Promise.resolve();
  /** One look at a time: each reads the whole database. */
  let looking: Promise<void> = Promise.resolve();
  let worker: Worker | undefined;

  async function keep(): Promise<void> {
    await mendIndex(false);
    for (let pauseMs = firstLookMs; ; pauseMs = problem === null ? betweenLooksMs : afterFailureMs) {
      await clock.sleep(pauseMs, ending.signal);
      const reason = dueReason();
      if (reason !== null) await inTurn(reason);
    }
  }

  function inTurn(reason: CopyReason): Promise<void> {
    const mine = looking.then(() => look(reason));
    looking = mine.catch(() => {});
    return mine;
  }

  /** By the wall clock, since days count while the product is off; one that went back makes a copy due. */
  function dueReason(): CopyReason | null {
    const { check, copied_at } = health;
    if (check !== null && check.version !== version) return 'upgrade';
    const age = clock.now() - (copied_at ?? 0);
    return uncleanStart || check === null || age >= dayMs || age < 0 ? 'daily' : null;
  }

  async function look(reason: CopyReason): Promise<void> {
    if (ending.signal.aborted) return;
    const outcome = await runJob({ file, folder, reason, now: clock.now(), version });
    if (ending.signal.aborted) return;
    if (outcome.type === 'failed') {
      problem = outcome.message;
      logger.error('store.copy_failed', { code: outcome.code, reason: outcome.message });
    } else {
      problem = null;
      uncleanStart = false;
      tell(outcome);
      const { missing, extra, untrue } = outcome.index;
      if (outcome.check.damage === null && (untrue || missing > 0 || extra > 0)) await mendIndex(untrue);
    }
    health = readHealth(file, folder);
    onChange();
  }

  function tell({ check, copy }: Extract<KeeperOutcome, { type: 'done' }>): void {
    if (check.damage === null) logger.info('store.checked', { bytes: copy?.bytes, reason: copy?.reason });
    else logger.error('store.damage_found', { found: check.damage, rows: check.damaged_rows });
  }

  /** Little by little, so that no commit waits long. An index that cannot even be read is made anew. */
  async function mendIndex(anew: boolean): Promise<void> {
    let mended = 0;
    let first = anew;
    for (let after: number | null = mendFromFront; after !== null && !ending.signal.aborted; first = false) {
      const step: MendedStep = await store.call('memories.mendIndex', { after, limit: mendedAtOnce, anew: first });
      mended += step.changed;
      after = step.next;
    }
    if (mended > 0) logger.warn('store.text_index_mended', { entries: mended, anew });
  }

  function runJob(workerData: KeeperJob): Promise<KeeperOutcome> {
    return new Promise((resolve) => {
      let outcome: KeeperOutcome = { type: 'failed', code: '', message: 'the thread ended before it was done' };
      worker = new Worker(workerFile(import.meta.url, './keeper-worker.ts', './keeper-worker.js'), {
        workerData,
        resourceLimits,
      });
      worker.on('message', (told: KeeperOutcome) => (outcome = told));
      worker.on('error', (error) => (outcome = { type: 'failed', code: '', message: error.message }));
      worker.on('exit', () => {
        worker = undefined;
        resolve(outcome);
      });
    });
  }

  return {
    health: (): KeptHealth => ({ ...health, problem }),

    start(): void {
      running = keep().catch((error: unknown) => {
        if (!ending.signal.aborted) logger.error('store.keeper_failed', { error });
      });
    },

    /** Makes a copy at once, as before an update. @throws AppError STORE_UNAVAILABLE where none could be made, or what was copied is damaged */
    async copyNow(): Promise<void> {
      await inTurn('upgrade');
      const reason = ending.signal.aborted ? 'the product is stopping' : (problem ?? health.check?.damage ?? null);
      if (reason === null) return;
      throw new AppError(
        'STORE_UNAVAILABLE',
        `No good copy of the database could be made (${reason}). The status screen says what to do`,
        { reason },
      );
    },

    /**
     * Where a copy is from before a moment, in milliseconds, makes one that is younger, and takes the older ones away once
     * it was found well. False where that could not be, and the older ones stay.
     */
    async replaceCopies(until: number): Promise<boolean> {
      const made = listCopies(folder);
      if (made.every((copy) => isAfter(copy, until))) return true;
      if (!made.some((copy) => isAfter(copy, until))) {
        // Copies are named by the second.
        await clock.sleep(Math.max(0, until + 1_001 - clock.now()), ending.signal);
        await inTurn('upgrade');
      }
      dropCopiesUntil(folder, until);
      health = readHealth(file, folder);
      onChange();
      return listCopies(folder).every((copy) => isAfter(copy, until));
    },

    async stop(): Promise<void> {
      ending.abort();
      await worker?.terminate();
      await Promise.all([running, looking]);
    },
  };
}
