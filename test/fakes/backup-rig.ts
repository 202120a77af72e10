import { createHash, randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openContainer } from '../../src-main/core/backup/container/read-container.ts';
import { sealedFile } from '../../src-main/core/backup/container/write-container.ts';
import { type BackupReport, makeBackup } from '../../src-main/core/backup/make-backup.ts';
import { openDatabase } from '../../src-main/core/store/sqlite/open.ts';
import { liveIn } from './lived-in-database.ts';

export const passphrase = 'a passphrase of the tests';
export const version = '0.1.0';
export const never: AbortSignal = new AbortController().signal;
export const onStep = (): void => {};
/** As little work as is read, for tests need not wait. */
const logN = 14;

export const newFolder = (name: string): string => mkdtempSync(join(tmpdir(), `clawdbot-${name}-`));

/** A data folder as a product leaves it that was lived in. */
export function livedInFolder({ messages = 120, config = 'app: { locale: en }\n' } = {}): string {
  const dataDir = newFolder('lived-in');
  mkdirSync(join(dataDir, 'keys'), { mode: 0o700 });
  writeFileSync(join(dataDir, 'keys', 'token.key'), randomBytes(32), { mode: 0o600 });
  writeFileSync(join(dataDir, 'keys', 'webhook.secret'), 'canary-of-the-webhook\n', { mode: 0o600 });
  writeFileSync(join(dataDir, 'config.yaml'), config, { mode: 0o600 });
  liveIn(join(dataDir, 'memory.db'), { messages });
  return dataDir;
}

/** Leaves three replies waiting, the first of them under way, and a code that pairs. Answers the replies' numbers. */
export function leaveWaiting(file: string): number[] {
  const db = openDatabase(file, 'full');
  try {
    const replies = db.prepare<[], number>('SELECT seq FROM outbox ORDER BY seq LIMIT 3').pluck().all();
    const wait = db.prepare('UPDATE outbox SET state = ? WHERE seq = ?');
    for (const [index, seq] of replies.entries()) wait.run(index === 0 ? 'sending' : 'pending', seq);
    db.exec("INSERT INTO pairing_codes(id, digest, role, created_at, expires_at) VALUES ('a', 'b', 'admin', 1, 2)");
    return replies;
  } finally {
    db.close();
  }
}

interface Making {
  dataDir: string;
  to?: string;
  database?: string;
  configFile?: string;
  named?: readonly string[];
  overwrite?: boolean;
  signal?: AbortSignal;
}

export function backUp({
  dataDir,
  to = join(newFolder('target'), 'all.backup'),
  ...more
}: Making): Promise<BackupReport> {
  return makeBackup({
    dataDir,
    to,
    database: join(dataDir, 'memory.db'),
    configFile: join(dataDir, 'config.yaml'),
    named: [],
    overwrite: false,
    passphrase,
    version,
    now: Date.UTC(2026, 5, 1),
    signal: never,
    onStep,
    logN,
    ...more,
  });
}

export async function open(path: string) {
  const container = await openContainer(path);
  return { container, unlocked: await container.unlock(passphrase) };
}

/** A file that is sealed as it should be, whatever is in it. */
export async function sealInto(path: string, content: Buffer): Promise<string> {
  const parts = async function* () {
    yield content;
  };
  const pieces: Buffer[] = [];
  const given = { passphrase, payload: content.length, parts: parts(), signal: never, onProgress: onStep, logN };
  for await (const piece of sealedFile(given)) pieces.push(piece);
  writeFileSync(path, Buffer.concat(pieces));
  return path;
}

/** Every file below a folder with a digest of what it holds. */
export function filesBelow(folder: string, { without = [] as readonly string[] } = {}): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(folder.length + 1);
    if (without.includes(name.split('/', 1)[0] ?? '') || !lstatSync(path).isFile()) continue;
    found.set(name, createHash('sha256').update(readFileSync(path)).digest('hex'));
  }
  return found;
}
