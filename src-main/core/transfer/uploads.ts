import { rmSync } from 'node:fs';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImportJob, ImportPhase, ImportReport } from '../../../src-shared/schema/transfer.ts';
import { maxUploadBytes } from '../../../src-shared/transfer-limits.ts';
import { AppError } from '../foundation/app-error.ts';
import type { Ids } from '../foundation/ids.ts';
import type { Logger } from '../foundation/logger.ts';
import type { Importer, ImportProgress } from './import.ts';

export interface UploadsDeps {
  /** A folder of its own; what it holds at the start was left by a process that ended, and goes. */
  folder: string;
  importer: Pick<Importer, 'run'>;
  ids: Ids;
  logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** How long a file waits for the next step. */
  idleMs?: number;
}

export type Uploads = ReturnType<typeof createUploads>;

/** Two gigabytes of the disk at most are taken by files on their way. */
const mostOpen = 2;
/** So many that ended can still be asked about. */
const mostEnded = 8;
const anHour = 3_600_000;

interface Job {
  id: string;
  name: string;
  bytes: number;
  received: number;
  phase: ImportPhase;
  progress: number;
  report: ImportReport | null;
  path: string;
  file: FileHandle | null;
  /** Parts are written one after the other. */
  writing: Promise<unknown>;
  stop: AbortController;
  running: Promise<void> | null;
  idle: NodeJS.Timeout | undefined;
}

const isOpen = ({ phase }: Job): boolean => ['receiving', 'reading', 'ready', 'importing'].includes(phase);

/**
 * Takes files in parts, which every transport can carry, shows what would come of them, and brings them in once a person
 * said yes. The bytes lie in a file for the owner alone and go with the last step, however it ends.
 */
export function createUploads({ folder, importer, ids, logger, idleMs = anHour }: UploadsDeps) {
  rmSync(folder, { recursive: true, force: true });
  const jobs = new Map<string, Job>();

  function find(id: string): Job {
    const job = jobs.get(id);
    if (!job)
      throw new AppError(
        'IMPORT_NOT_FOUND',
        `No file ${id} is on its way in; it waited too long, or Clawdbot was started anew. Choose the file again`,
        { id },
      );
    return job;
  }

  function need(job: Job, phase: ImportPhase, what: string): void {
    if (job.phase !== phase)
      throw new AppError('CONFLICT', `The file ${job.id} is ${job.phase} and cannot be ${what} now`, {
        id: job.id,
        phase: job.phase,
      });
  }

  function touch(job: Job): void {
    clearTimeout(job.idle);
    job.idle = setTimeout(() => {
      logger.info('import.waited_too_long', { id: job.id, phase: job.phase });
      end(job, 'cancelled').then(
        () => jobs.delete(job.id),
        (error: unknown) => logger.error('import.not_ended', { error }),
      );
    }, idleMs).unref();
  }

  /** The bytes go; what is known of it stays a while. */
  async function end(job: Job, phase: 'done' | 'failed' | 'cancelled'): Promise<void> {
    if (isOpen(job)) job.phase = phase;
    job.stop.abort();
    await job.writing.catch(() => {});
    await job.file?.close();
    job.file = null;
    await rm(job.path, { force: true });
    const ended = [...jobs.values()].filter((other) => !isOpen(other));
    for (const { id, idle } of ended.slice(0, Math.max(0, ended.length - mostEnded))) {
      clearTimeout(idle);
      jobs.delete(id);
    }
  }

  /** Runs beside the calls that ask how far it is. */
  function start(job: Job, phase: 'reading' | 'importing'): void {
    job.phase = phase;
    job.progress = 0;
    clearTimeout(job.idle);
    const show = (progress: ImportProgress): void => {
      job.progress = progress.progress;
      job.report = reportOf(progress);
    };
    const dryRun = phase === 'reading';
    const run = async (): Promise<void> => {
      try {
        const outcome = await importer.run({
          path: job.path,
          name: job.name,
          id: job.id,
          dryRun,
          signal: job.stop.signal,
          onProgress: show,
        });
        show(outcome);
        if (outcome.cancelled) return;
        job.progress = 1;
        if (dryRun) job.phase = 'ready';
        else await end(job, 'done');
      } catch (error) {
        logger.error('import.failed', { id: job.id, error });
        await end(job, 'failed');
      } finally {
        touch(job);
      }
    };
    job.running = run();
  }

  return {
    /** @throws AppError CONFLICT while two others are on their way, STORE_FULL */
    async begin({ name, bytes }: { name: string; bytes: number }): Promise<ImportJob> {
      if (bytes > maxUploadBytes)
        throw new AppError(
          'BAD_REQUEST',
          `A file of ${bytes} bytes is too large here; import it with clawdbot import`,
          { bytes },
        );
      if ([...jobs.values()].filter(isOpen).length >= mostOpen)
        throw new AppError(
          'CONFLICT',
          `${mostOpen} files are on their way in already; finish or cancel one of them`,
          {},
        );
      const id = ids.next();
      const job: Job = {
        id,
        name,
        bytes,
        received: 0,
        phase: 'receiving',
        progress: 0,
        report: null,
        path: join(folder, id),
        file: null,
        writing: Promise.resolve(),
        stop: new AbortController(),
        running: null,
        idle: undefined,
      };
      // It counts before the disk is asked, so that many at once are not more than two.
      jobs.set(id, job);
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        job.file = await open(job.path, 'wx', 0o600);
      } catch (error) {
        jobs.delete(id);
        throw asDiskFault(error);
      }
      touch(job);
      return described(job);
    },

    /** Writes the part that begins at `offset`. One that is there already changes nothing. @throws AppError CONFLICT, STORE_FULL */
    async append(id: string, offset: number, data: Buffer): Promise<ImportJob> {
      const job = find(id);
      need(job, 'receiving', 'added to');
      touch(job);
      const write = job.writing.then(() => writePart(job, offset, data));
      // A part that could not be written does not keep the next one from being tried.
      job.writing = write.catch(() => {});
      await write;
      return described(job);
    },

    /** Looks through the file; `get` tells how far. @throws AppError CONFLICT where parts of it are missing */
    async preview(id: string): Promise<ImportJob> {
      const job = find(id);
      need(job, 'receiving', 'looked through');
      if (job.received < job.bytes)
        throw new AppError('CONFLICT', `Of ${job.bytes} bytes ${job.received} are here; send the rest first`, {
          id,
          received: job.received,
        });
      start(job, 'reading');
      return described(job);
    },

    /** Brings in what the preview showed; `get` tells how far. @throws AppError CONFLICT before the preview stands */
    async confirm(id: string): Promise<ImportJob> {
      const job = find(id);
      need(job, 'ready', 'imported');
      start(job, 'importing');
      return described(job);
    },

    /** @throws AppError IMPORT_NOT_FOUND */
    get: (id: string): ImportJob => described(find(id)),

    /** Stops at the next batch; what came in stays and can be undone. One that has ended stays as it is. */
    async cancel(id: string): Promise<ImportJob> {
      const job = find(id);
      if (isOpen(job)) {
        job.phase = 'cancelled';
        job.stop.abort();
        await job.running;
        await end(job, 'cancelled');
        touch(job);
      }
      return described(job);
    },

    /** Stops everything and lets go of the bytes. */
    async close(): Promise<void> {
      for (const job of jobs.values()) {
        clearTimeout(job.idle);
        job.stop.abort();
        await job.running;
        clearTimeout(job.idle);
        await end(job, 'cancelled');
      }
      jobs.clear();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function writePart(job: Job, offset: number, data: Buffer): Promise<void> {
  if (offset + data.length <= job.received) return;
  if (offset !== job.received || offset + data.length > job.bytes)
    throw new AppError(
      'CONFLICT',
      `The next part of this file begins at ${job.received} and ends at ${job.bytes} at most`,
      {
        id: job.id,
        received: job.received,
      },
    );
  if (!job.file) throw new AppError('CONFLICT', 'The file is not taken any more', { id: job.id });
  try {
    for (let done = 0; done < data.length; ) {
      const { bytesWritten } = await job.file.write(data, done, data.length - done, offset + done);
      done += bytesWritten;
    }
  } catch (error) {
    throw asDiskFault(error);
  }
  job.received = offset + data.length;
  job.progress = job.received / job.bytes;
}

function asDiskFault(error: unknown): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') return error;
  return new AppError(
    'STORE_FULL',
    'The disk is full. Free some space, then send the file again',
    { retry_after_s: 30 },
    { cause: error },
  );
}

function reportOf({ id: _id, progress: _progress, cancelled: _cancelled, ...report }: ImportProgress): ImportReport {
  // The numbers go on counting in the importer's own.
  return structuredClone(report);
}

const described = ({ id, name, bytes, received, phase, progress, report }: Job): ImportJob => ({
  id,
  name,
  bytes,
  received,
  phase,
  progress,
  report,
});
