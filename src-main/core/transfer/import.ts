import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { ImportReport, PastImport } from '../../../src-shared/schema/transfer.ts';
import { AppError } from '../foundation/app-error.ts';
import type { Clock } from '../foundation/clock.ts';
import type { Ids } from '../foundation/ids.ts';
import { workerFile } from '../foundation/worker-file.ts';
import type { ImportOutcome, IncomingRecord, OpResult, Store } from '../store/index.ts';
import type { FromReader, ReaderData } from './protocol.ts';

/** What an import comes to, also while it goes on. */
export interface ImportProgress extends ImportReport {
  id: string;
  /** 0…1 */
  progress: number;
  /** It was broken off from outside; what came in stays. */
  cancelled: boolean;
}

export interface ImporterDeps {
  store: Pick<Store, 'call'>;
  clock: Pick<Clock, 'now'>;
  ids: Ids;
  /** Called when something came in, went or came back. */
  onChange(): void;
}

export interface ImportOptions {
  /** A file, or a folder such as a workspace of OpenClaw. */
  path: string;
  /** As the person knows the file; its ending helps to recognise it. */
  name: string;
  /** Looks through everything and keeps nothing. */
  dryRun: boolean;
  /** Of the past import; a new one where it is left out. */
  id?: string | undefined;
  /** Breaks the import off between two batches. */
  signal?: AbortSignal | undefined;
  /** Called after each batch. */
  onProgress?(progress: ImportProgress): void;
}

export type Importer = ReturnType<typeof createImporter>;

const shownRefusals = 100;
const shownRecords = 5;
const shownLength = 160;
/** Whoever follows what changes reads everything anew, so they are told now and then and at the end. */
const tellAtMostEveryMs = 2_000;
const stepSize = 500;
/** A list of two million ids in a preview, and one element of 64 MB as it is parsed. */
const resourceLimits = { maxOldGenerationSizeMb: 1024 };

/** Brings memories and todos in from files, and takes an import back as a whole. */
export function createImporter({ store, clock, ids, onChange }: ImporterDeps) {
  async function inSteps(id: string, step: (after: number) => Promise<OpResult<'imports.undo'>>): Promise<PastImport> {
    for (let after = 0; ; ) {
      const done = await step(after);
      if (!done) throw new AppError('IMPORT_NOT_FOUND', `There is no import ${id}, or it brought nothing`, { id });
      if (done.next === null) {
        onChange();
        return done.past;
      }
      after = done.next;
    }
  }

  return {
    /**
     * Reads the file in a thread of its own and keeps it batch by batch. It can be broken off anywhere and repeated: what
     * came in is known then.
     *
     * @throws AppError BAD_REQUEST where the file cannot be opened
     */
    async run({ path, name, dryRun, id, signal, onProgress }: ImportOptions): Promise<ImportProgress> {
      const now = clock.now();
      const report = emptyReport(id ?? ids.next());
      const seen = new Set<string>();
      let told = performance.now();
      let untold = false;
      try {
        for await (const message of readInThread({ path, name, now }, signal)) {
          if (message.type === 'end') break;
          if (message.type === 'error') throw notOpened(path, message.code);
          if (message.type === 'fault') {
            report.fault = message.fault;
            break;
          }
          const { records, refusals, source, progress } = message;
          report.source ??= source;
          report.progress = progress;
          report.refused += refusals.length;
          report.refusals.push(...refusals.slice(0, shownRefusals - report.refusals.length));
          for (const record of records.slice(0, shownRecords - report.first.length))
            report.first.push(shortened(record));
          const head = { id: report.id, name: name.slice(0, 200), source: report.source ?? 'clawdbot', at: now };
          const outcomes = dryRun
            ? withoutRepeats(records, await store.call('imports.look', { records }), seen)
            : await store.call('imports.add', { head, records });
          outcomes.forEach((outcome, index) => count(report, records[index], outcome));
          untold ||= !dryRun && outcomes.includes('brought');
          if (untold && performance.now() - told > tellAtMostEveryMs) {
            onChange();
            told = performance.now();
            untold = false;
          }
          onProgress?.(report);
        }
      } catch (error) {
        if (signal?.aborted !== true) throw error;
        report.cancelled = true;
      } finally {
        if (untold) onChange();
      }
      return report;
    },

    list: (query: { cursor: number; limit: number }): Promise<OpResult<'imports.list'>> =>
      store.call('imports.list', query),

    /** Forgets the memories and removes the todos that it brought. @throws AppError IMPORT_NOT_FOUND */
    undo: (id: string): Promise<PastImport> => {
      const now = clock.now();
      return inSteps(id, (after) => store.call('imports.undo', { id, now, after, limit: stepSize }));
    },

    /** Brings back what `undo` took, and nothing that was forgotten for itself. @throws AppError IMPORT_NOT_FOUND */
    restore: (id: string): Promise<PastImport> =>
      inSteps(id, (after) => store.call('imports.restore', { id, after, limit: stepSize })),
  };
}

/** Ends the thread however the reading ends. */
async function* readInThread(data: ReaderData, signal: AbortSignal | undefined): AsyncGenerator<FromReader, void> {
  const thread = new Worker(workerFile(import.meta.url, './worker.ts', './import-worker.js'), {
    workerData: data,
    resourceLimits,
  });
  try {
    for (;;) {
      // `once` rejects with the thread's own error, such as that of a heap that is full.
      const answered = once(thread, 'message', signal ? { signal } : {});
      thread.postMessage(null);
      const [message] = (await answered) as [FromReader];
      yield message;
      if (message.type !== 'batch') return;
    }
  } finally {
    await thread.terminate();
  }
}

const emptyReport = (id: string): ImportProgress => ({
  id,
  source: null,
  memories: { brought: 0, known: 0, forgotten: 0 },
  tasks: { brought: 0, known: 0, forgotten: 0 },
  refused: 0,
  refusals: [],
  first: [],
  progress: 0,
  fault: null,
  cancelled: false,
});

function shortened(record: IncomingRecord): ImportReport['first'][number] {
  const text = record.type === 'memory' ? record.row.content : record.row.title;
  return { type: record.type, text: text.slice(0, shownLength) };
}

function count(report: ImportReport, record: IncomingRecord | undefined, outcome: ImportOutcome): void {
  if (record) (record.type === 'memory' ? report.memories : report.tasks)[outcome]++;
}

/** Nothing is kept in a preview, so that a file says something twice has to be noticed here. */
function withoutRepeats(
  records: readonly IncomingRecord[],
  outcomes: readonly ImportOutcome[],
  seen: Set<string>,
): ImportOutcome[] {
  return records.map((record, index) => {
    const outcome = outcomes[index] ?? 'brought';
    const name = `${record.type} ${(record.type === 'memory' ? record.row.external_id : null) ?? record.row.id}`;
    if (outcome !== 'brought' || !seen.has(name)) {
      seen.add(name);
      return outcome;
    }
    return 'known';
  });
}

const notOpened = (path: string, code: string) =>
  new AppError(
    'BAD_REQUEST',
    `${JSON.stringify(path.slice(0, 200))} ${code === 'ENOENT' ? 'is not there; check the name' : `cannot be read (${code}); check its permissions`}`,
    {},
  );
