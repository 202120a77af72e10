import { createHash } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { AppError } from '../foundation/app-error.ts';
import { DataFolderUnusable } from '../foundation/data-folder-unusable.ts';
import { openFileToBe } from '../foundation/file-to-be.ts';
import { lastGoodName, withDatabaseAt } from '../settings/index.ts';
import { snapshotDatabase } from '../store/index.ts';
import { fileBytesOf } from './container/header.ts';
import { sealedFile } from './container/write-container.ts';
import {
  databaseName,
  type FileToPack,
  type FolderFiles,
  filesIn,
  fileToPack,
  insideOf,
  packedText,
} from './folder-files.ts';
import { type Manifest, manifestHead, mostFiles, payloadBytesOf, readManifest } from './manifest.ts';
import type { Step } from './step.ts';
import { inWorkFolder } from './work-folder.ts';

export interface BackupRequest {
  dataDir: string;
  /** The database that the configuration names, wherever it lies. */
  database: string;
  /** The configuration that is in use, which may lie elsewhere, too. */
  configFile: string;
  /** Files that it names, which go in where they lie in the folder. */
  named: readonly string[];
  to: string;
  overwrite: boolean;
  passphrase: string;
  version: string;
  now: number;
  signal: AbortSignal;
  onStep(step: Step): void;
  /** For tests, which need not wait: log2 of scrypt's N. */
  logN?: number;
}

export interface BackupReport {
  path: string;
  bytes: number;
  files: number;
  messages: number;
  memories: number;
  skipped: { path: string; why: FolderFiles['skipped'][number]['why'] | 'elsewhere' }[];
}

/**
 * Writes everything of a data folder into one file that only the passphrase opens. The product may run: the database goes
 * in as of one moment. The file is there whole or not at all, whenever this ends.
 *
 * @throws AppError where the file cannot be written, the database is not there or damaged, or there is no room
 */
export async function makeBackup(request: BackupRequest): Promise<BackupReport> {
  const { dataDir, database, named, signal, onStep } = request;
  expectUsable(request);
  const elsewhere = named.filter((file) => insideOf(dataDir, file) === null);
  return inWorkFolder(dataDir, async (folder) => {
    onStep({ doing: 'copy', done: 0, total: 1 });
    const snapshot = join(folder, 'snapshot.db');
    const { damage, bytes, messages, memories } = await snapshotDatabase(database, snapshot, signal);
    if (damage !== null) throw damaged(database, damage);
    const name = databaseName(dataDir, database);
    const { files, skipped } = await filesIn(dataDir, name);
    if (files.length >= mostFiles) throw tooMany(dataDir);
    const all = [...(await withSettings(files, request, name)), fileToPack(name, bytes, snapshot)];
    const written = await writeFileOf(all, request, name);
    return {
      path: request.to,
      bytes: written,
      files: all.length,
      messages,
      memories,
      skipped: [...skipped, ...elsewhere.map((path) => ({ path, why: 'elsewhere' as const }))],
    };
  }).catch((cause: unknown) => explain(request, cause));
}

async function writeFileOf(files: readonly FileToPack[], request: BackupRequest, database: string): Promise<number> {
  const { to, overwrite, passphrase, version, now, signal, onStep, logN } = request;
  const manifest: Manifest = {
    version,
    made_at: new Date(now).toISOString(),
    database,
    files: files.map(({ path, bytes }) => ({ path, bytes })),
  };
  const head = manifestHead(manifest);
  const payload = payloadBytesOf(manifest.files, head.length - 4);
  // What could not be read again must not be called a backup.
  readManifest(head.subarray(4), { path: to, payload });
  const file = await openFileToBe(to, { overwrite });
  try {
    const pieces = sealedFile({
      passphrase,
      payload,
      parts: contentOf(head, files),
      signal,
      onProgress: (done) => onStep({ doing: 'write', done, total: payload }),
      ...(logN === undefined ? {} : { logN }),
    });
    for await (const piece of pieces) await file.write(piece);
    signal.throwIfAborted();
    await file.keep();
    return fileBytesOf(payload);
  } catch (error) {
    await file.drop();
    throw error;
  }
}

async function* contentOf(head: Buffer, files: readonly FileToPack[]): AsyncGenerator<Buffer, void> {
  yield head;
  for (const file of files) {
    const sum = createHash('sha256');
    for await (const part of file.read()) {
      sum.update(part);
      yield part;
    }
    yield sum.digest();
  }
}

/** The configuration that is in use, and both of its copies lead to where the database will be. */
async function withSettings(files: FileToPack[], request: BackupRequest, database: string): Promise<FileToPack[]> {
  const { dataDir, configFile } = request;
  const own = insideOf(dataDir, configFile) === configName;
  const isKept = (written: string) =>
    !isAbsolute(written) && !written.includes('${') && insideOf(dataDir, resolve(dataDir, written)) === database;
  const settings = [
    ...(own || !existsSync(configFile) ? [] : [packedText(configName, await readFile(configFile))]),
    ...files.filter(({ path }) => path === lastGoodName || (path === configName && own)),
  ];
  const led: FileToPack[] = [];
  for (const file of settings) {
    const parts: Buffer[] = [];
    for await (const part of file.read()) parts.push(part);
    const text = withDatabaseAt(Buffer.concat(parts).toString('utf8'), { isKept, path: `./${database}` });
    led.push(packedText(file.path, Buffer.from(text)));
  }
  return [...led, ...files.filter(({ path }) => path !== lastGoodName && path !== configName)];
}

const configName = 'config.yaml';

function expectUsable({ dataDir, database, to }: BackupRequest): void {
  if (!existsSync(database)) {
    throw new AppError(
      'DATA_FOLDER_UNUSABLE',
      `There is no database at ${database}, so there is nothing to back up. Is this the right folder? (--data DIR)`,
      { path: database },
    );
  }
  if (insideOf(dataDir, to) !== null || insideOf(realpathSync(dataDir), reallyAt(to)) !== null) {
    throw new AppError(
      'BAD_REQUEST',
      `${JSON.stringify(to.slice(-200))} lies in the data folder, and would be lost with it; name a file elsewhere, best on another disk`,
    );
  }
}

/** Where a file would lie, links followed. */
function reallyAt(file: string): string {
  const folder = dirname(file);
  return existsSync(folder) ? join(realpathSync(folder), basename(file)) : file;
}

const damaged = (database: string, found: string) =>
  new AppError(
    'DATABASE_CORRUPT',
    `The database ${database} is damaged (${found}), so no backup was made. Stop Clawdbot and start it again: it saves what it can; then back up`,
    { file: database, found },
  );

const tooMany = (dataDir: string) =>
  new AppError(
    'PAYLOAD_TOO_LARGE',
    `${dataDir} holds more than ${mostFiles} files, so it is more than the data folder of Clawdbot. Move what is not Clawdbot's elsewhere`,
  );

/** What the file system said, in words: of the folder, or of where the backup should go. */
function explain({ dataDir, to, overwrite }: BackupRequest, cause: unknown): never {
  const { code, path, syscall } = cause as NodeJS.ErrnoException;
  if (code === undefined || cause instanceof AppError) throw cause;
  if (syscall === 'read' || (path !== undefined && insideOf(dataDir, path) !== null)) {
    throw new DataFolderUnusable(
      {
        path: path ?? dataDir,
        reason: `a backup cannot be made of it (${code})`,
        remedy: 'Make it as the user that the data belong to, and see that there is room and the disk can be written.',
      },
      { cause },
    );
  }
  const remedy =
    code === 'EEXIST' && !overwrite
      ? 'is there already; name another file, or say --overwrite'
      : code === 'ENOENT'
        ? `cannot be made: ${dirname(to)} is not there`
        : ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(code)
          ? `does not fit on that disk (${code}); free some space or name a file on another one`
          : `cannot be written (${code})`;
  throw new AppError('BAD_REQUEST', `${JSON.stringify(to.slice(-200))} ${remedy}`, { file: basename(to) }, { cause });
}
