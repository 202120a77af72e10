import { setTimeout as sleep } from 'node:timers/promises';
import { type ErasureCertificate, type ErasurePreview, ErasureRequest } from '../../../src-shared/schema/erasure.ts';
import { AppError, isAppError } from '../../core/foundation/app-error.ts';
import { systemClock } from '../../core/foundation/clock.ts';
import { createEventBus } from '../../core/foundation/events.ts';
import { createIds } from '../../core/foundation/ids.ts';
import { createLogger, createSecretRegistry } from '../../core/foundation/logger.ts';
import { createErasures, sweepCovered } from '../../core/memory/index.ts';
import { databaseServer, inspectPlace } from '../../core/settings/index.ts';
import { copiesFolder, createKeeper, type FolderLock, lockDataFolder, runningOn } from '../../core/store/index.ts';
import { version } from '../shared/version.ts';
import { askLine } from './ask-line.ts';
import { type Beside, besideProduct } from './beside.ts';
import { type CliOptions, exitCodes, WrongUsage } from './cli-options.ts';
import { certificateText, previewText } from './erase-text.ts';
import { type Terminal } from './hidden-prompt.ts';
import { type LongWork, longWork } from './long-work.ts';

const lookEveryMs = 250;
/** A product that did nothing for so long will not do it by waiting. */
const quietMs = 60_000;

/**
 * Erases everything about one person. It is written down first, and carried out by the product where one runs on the
 * folder, else here: what waits in the inbox and the outbox is the product's own while it runs.
 */
export async function erasePerson(options: CliOptions): Promise<number> {
  const request = readRequest(options);
  return besideProduct(options, async (beside) => {
    const { text, code } = await longWork((long) => eraseBeside(beside, { request, options, long }));
    process.stdout.write(text);
    return code;
  });
}

function readRequest({ person, platform, preview, yes }: CliOptions): ErasureRequest {
  if (person === undefined) throw new WrongUsage('say whom to erase: the id of a sender, or what memories are about');
  const request = ErasureRequest.safeParse({ person, ...(platform === undefined ? {} : { platform }) });
  if (!request.success) throw new WrongUsage('a person has 1 to 256 characters, a platform 1 to 64');
  if (preview && yes) throw new WrongUsage('--preview only looks and erases nobody; say that or --yes');
  if (!preview && !yes && process.stdin.isTTY !== true)
    throw new WrongUsage(
      'nobody can be asked here whether it is meant: say --yes to erase without a question, or --preview to look',
    );
  return request.data;
}

interface Asked {
  request: ErasureRequest;
  options: CliOptions;
  long: LongWork;
}

async function eraseBeside(beside: Beside, { request, options, long }: Asked): Promise<{ text: string; code: number }> {
  const { preview, yes, json } = options;
  const eraser = openEraser(beside);
  const stop = () => void eraser.stop();
  long.signal.addEventListener('abort', stop, { once: true });
  try {
    const found = await eraser.erasures.preview(request).catch((error: unknown) => {
      throw long.signal.aborted ? long.signal.reason : error;
    });
    const wouldGo = previewText(request, found);
    if (preview)
      return { text: json ? `${JSON.stringify({ ...whomOf(request), ...found })}\n` : wouldGo, code: exitCodes.done };
    if (!json) process.stdout.write(wouldGo);
    else if (!yes) process.stderr.write(wouldGo);
    if (!yes) await confirm(request, long.signal);
    const certificate = await carryOut(eraser, { request, found, long });
    return {
      text: json ? `${JSON.stringify(certificate)}\n` : certificateText(certificate),
      code: long.signal.aborted ? exitCodes.failed : exitCodes.done,
    };
  } finally {
    long.signal.removeEventListener('abort', stop);
    await eraser.stop();
  }
}

const whomOf = ({ person, platform }: ErasureRequest) => ({ person, platform: platform ?? null });

/** @throws AppError where something else was typed, Interrupted */
export async function confirm(
  { person }: Pick<ErasureRequest, 'person'>,
  signal: AbortSignal,
  terminal: Terminal = { input: process.stdin, output: process.stderr },
): Promise<void> {
  const question = `This cannot be undone. Type ${person} once more to go on / 无法撤销。再次输入 ${person} 以继续: `;
  const typed = await askLine(question, terminal, signal);
  if (typed.trim() === person.trim()) return;
  throw new AppError('BAD_REQUEST', 'That is not the same; nothing was erased. 输入不一致，没有清除任何内容');
}

type Eraser = ReturnType<typeof openEraser>;

function openEraser({ store, config, dataDir }: Beside) {
  const logger = createLogger({
    level: 'error',
    secrets: createSecretRegistry(),
    write: (line) => void process.stderr.write(line),
  });
  const [copies, databaseFile] = [copiesFolder(dataDir), config.memory.db_path];
  const keeper = createKeeper({
    store,
    file: databaseFile,
    folder: copies,
    version,
    clock: systemClock,
    logger,
    onChange: () => {},
  });
  const erasures = createErasures({
    store,
    dataDir,
    databaseFile,
    copies,
    // What lies on one is erased by who speaks to it.
    server: null,
    ids: createIds(systemClock.now),
    clock: systemClock,
    events: createEventBus(),
    logger,
    sweep: () =>
      sweepCovered({ store, replaceCopies: (until) => keeper.replaceCopies(until) }).then(
        ({ isDone }) => isDone,
        (error: unknown) => {
          logger.error('erasure.not_swept', { error });
          return false;
        },
      ),
  });
  return {
    erasures,
    dataDir,
    /** What lies on a server is erased by who speaks to it, or the certificate would not be true. @throws AppError */
    async carryOn() {
      if (databaseServer(config) !== null) throw leftToStart();
      await erasures.carryOn();
    },
    async stop() {
      await Promise.all([erasures.stop(), keeper.stop()]);
    },
  };
}

interface Erasing {
  request: ErasureRequest;
  found: ErasurePreview;
  long: LongWork;
}

async function carryOut(eraser: Eraser, { request, found, long }: Erasing): Promise<ErasureCertificate> {
  const { erasures, dataDir } = eraser;
  const take = await lockTaker(dataDir);
  const lock = take();
  try {
    const id = await erasures.ask(request);
    const told = setInterval(() => void erasures.get(id).then((now) => tell(now, found, long), ignore), lookEveryMs);
    try {
      if (lock) await eraser.carryOn();
      else await waitForProduct(eraser, { id, take, signal: long.signal });
    } catch (error) {
      if (!long.signal.aborted) throw error;
      // What was not swept to its end is no less erased: the certificate says so.
      if ((await erasures.get(id)).erased_at === null) throw interrupted(dataDir);
    } finally {
      clearInterval(told);
    }
    return { ...(await erasures.get(id)), person: request.person };
  } finally {
    lock?.release();
  }
}

const ignore = () => {};

/** Into a file or a pipe goes the outcome alone. */
function tell({ erased, erased_at }: ErasureCertificate, found: ErasurePreview, { onStep }: LongWork): void {
  if (!process.stderr.isTTY) return;
  if (erased_at !== null) return onStep({ doing: 'sweep', done: 0, total: 1 });
  const total = found.memories + found.messages;
  onStep({ doing: 'erase', done: Math.min(erased.memories + erased.messages, total), total });
}

/** Takes the data folder for this process; null where another on this machine has it. */
async function lockTaker(dataDir: string): Promise<() => FolderLock | null> {
  const isShared = (await inspectPlace(dataDir)).syncedBy !== null;
  return () => {
    try {
      return lockDataFolder(dataDir, { isShared });
    } catch (error) {
      if (isAppError(error) && error.code === 'DATA_FOLDER_IN_USE' && error.data['machine'] === undefined) return null;
      throw error;
    }
  };
}

interface Waiting {
  id: string;
  take(): FolderLock | null;
  signal: AbortSignal;
}

/** Until the process that has the folder erased what was written down; where it ends meanwhile, this one does. */
async function waitForProduct({ erasures, dataDir, carryOn }: Eraser, { id, take, signal }: Waiting): Promise<void> {
  let last = '';
  let since = performance.now();
  for (;;) {
    await sleep(lookEveryMs, undefined, { signal });
    const lock = take();
    if (lock) {
      try {
        return await carryOn();
      } finally {
        lock.release();
      }
    }
    const now = await erasures.get(id);
    if (now.swept_at !== null) return;
    const state = JSON.stringify(now);
    if (state !== last) since = performance.now();
    last = state;
    if (performance.now() - since < quietMs) continue;
    // The copies are replaced in the background, however long that takes.
    if (now.erased_at !== null) return;
    throw notTakenUp(runningOn(dataDir));
  }
}

function interrupted(dataDir: string): AppError {
  const pid = runningOn(dataDir);
  return new AppError(
    'SHUTTING_DOWN',
    pid === null || pid === process.pid
      ? 'Stopped before its end. What is gone stays gone; the next start of Clawdbot, or this command, erases the rest. 已中途停止；下次启动 Clawdbot 或再次运行此命令会清除其余内容'
      : 'Not waited for any longer. The Clawdbot that runs on this folder goes on with it and lists it on the Memory screen. 不再等待；正在运行的 Clawdbot 会继续清除，并列在“记忆”页面上',
  );
}

const leftToStart = () =>
  new AppError(
    'CONFLICT',
    'It is written down. The database lies on a server, to which only a running Clawdbot speaks: the next start erases the person. 已记下。数据库在服务器上，只有运行中的 Clawdbot 才与之通信；下次启动时会清除此人',
  );

const notTakenUp = (pid: number | null) =>
  new AppError(
    'CONFLICT',
    `It is written down, but the Clawdbot that runs on this folder${pid === null ? '' : ` (process ${pid})`} does not carry it out. Restart it, or erase the person on its Memory screen. 已记下，但正在运行的 Clawdbot 没有执行；请重启它，或在“记忆”页面上清除`,
  );
