import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { refuseWhileRestoring } from '../../core/backup/index.ts';
import { AppError, isAppError } from '../../core/foundation/app-error.ts';
import { writeFileAtomic } from '../../core/foundation/atomic-file.ts';
import { createSecretRegistry } from '../../core/foundation/logger.ts';
import { type Config, databaseServer, dataFiles, readReference, withStorageAt } from '../../core/settings/index.ts';
import {
  compareWithServer,
  copiesFolder,
  type FolderLock,
  lockDataFolder,
  type MoveReport,
  moveToServer,
  openStore,
  parseAddress,
} from '../../core/store/index.ts';
import { chosenFolder, readConfig } from '../shared/open-folder.ts';
import { createSecretFile } from '../shared/secret-file.ts';
import { type CliOptions, exitCodes, WrongUsage } from './cli-options.ts';
import { type LongStep, longWork } from './long-work.ts';

/** Where a literal address is written, so that config.yaml holds no password. */
const urlFile = 'keys/database.url';

/**
 * Moves everything to another database: to a server, also beside a running product, which goes on there when it is started
 * again; or from a server back to the file alone.
 */
export async function migrateData(options: CliOptions): Promise<number> {
  const { to } = options;
  if (to === undefined)
    throw new WrongUsage('say where to with --to: postgresql://USER:SECRET@HOST/DATABASE, mysql://… or sqlite');
  const { dataDir } = chosenFolder(options);
  refuseWhileRestoring(dataDir);
  const { config } = await readConfig(options, dataDir, { registry: createSecretRegistry(), onInvalid: 'throw' });
  const configFile = options.config === undefined ? dataFiles(dataDir).config : resolve(options.config);
  const move: Move = { config, configFile, dataDir, options };
  return to === 'sqlite' ? backToFile(move) : toServer(move, to);
}

interface Move {
  config: Config;
  configFile: string;
  dataDir: string;
  options: CliOptions;
}

async function toServer({ config, configFile, dataDir, options }: Move, to: string): Promise<number> {
  const url = await readReference(to, { dataDir, env: process.env, secrets: createSecretFile(dataDir) });
  const { kind } = parseAddress(url);
  const lock = lockUnlessRunning(dataDir);
  try {
    if (lock) await bringUpToDate(config, dataDir);
    const file = config.memory.db_path;
    const report = await longWork(({ signal, onStep }) =>
      moveToServer({
        file,
        to: url,
        keptOn: nameOf(config),
        isStill: lock !== null,
        signal,
        onStep: stepOnTerminal(onStep),
      }),
    );
    if (url === to) await keepAddress(dataDir, url);
    await setStorage(configFile, { storage_type: kind, url: url === to ? `\${file:${urlFile}}` : to });
    tell(report, lock === null, options.json);
    return exitCodes.done;
  } finally {
    lock?.release();
  }
}

const nameOf = (config: Config): string | null => {
  const server = databaseServer(config);
  return server === null ? null : parseAddress(server).name;
};

/** What a server holds and the file beside the product does not yet, comes first. */
async function bringUpToDate(config: Config, dataDir: string): Promise<void> {
  const server = databaseServer(config);
  const store = await openStore({
    file: config.memory.db_path,
    durability: 'full',
    copies: copiesFolder(dataDir),
    repair: false,
    sensitive: config.memory.sensitive,
    server,
    onFailure: () => {},
  });
  await store.close();
}

async function backToFile({ config, configFile, dataDir, options }: Move): Promise<number> {
  const server = databaseServer(config);
  if (server === null) throw new AppError('CONFLICT', `Everything is kept in ${config.memory.db_path} already`);
  const lock = lockDataFolder(dataDir);
  try {
    await bringUpToDate(config, dataDir);
    const report = await longWork(({ signal, onStep }) =>
      compareWithServer({ file: config.memory.db_path, to: server, signal, onStep: stepOnTerminal(onStep) }),
    );
    await setStorage(configFile, { storage_type: 'sqlite', url: null });
    process.stdout.write(
      options.json
        ? `${JSON.stringify({ ...report, config: configFile })}\n`
        : `${report.total} rows are in ${config.memory.db_path} as they are on ${report.server}, which keeps its own. From the next start on the file is all there is. 已核对 ${report.total} 行；下次启动起只使用本地文件。\n`,
    );
    return exitCodes.done;
  } finally {
    lock.release();
  }
}

/** Keeps a product from starting meanwhile; null where one runs already. */
function lockUnlessRunning(dataDir: string): FolderLock | null {
  try {
    return lockDataFolder(dataDir);
  } catch (error) {
    if (isAppError(error) && error.code === 'DATA_FOLDER_IN_USE') return null;
    throw error;
  }
}

async function keepAddress(dataDir: string, url: string): Promise<void> {
  const file = join(dataDir, urlFile);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFileAtomic(file, `${url}\n`);
}

async function setStorage(file: string, place: Parameters<typeof withStorageAt>[1]): Promise<void> {
  await writeFileAtomic(file, withStorageAt(await readText(file), place));
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** Into a file or a pipe goes the outcome alone. */
const stepOnTerminal =
  (onStep: (step: LongStep) => void) =>
  (step: LongStep): void => {
    if (process.stderr.isTTY) onStep(step);
  };

function tell({ server, total, sent, rows }: MoveReport, isRunning: boolean, json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify({ server, total, sent, rows, restart: isRunning })}\n`);
    return;
  }
  const next = isRunning
    ? 'Restart Clawdbot: it sends what was written since, compares everything once more and goes on there. 请重启 Clawdbot 完成迁移。'
    : 'At its next start Clawdbot compares everything once more and goes on there. 下次启动后即使用新数据库。';
  process.stdout.write(
    `${total} rows are on ${server} and were read back, cell by cell (${sent} of them sent now). 已迁移并逐项核对 ${total} 行。\n${next}\n`,
  );
}
