import { readFile } from 'node:fs/promises';
import { Role } from '../../../src-shared/schema/access.ts';
import { createAccess } from '../../core/access/index.ts';
import { AppError } from '../../core/foundation/app-error.ts';
import { systemClock } from '../../core/foundation/clock.ts';
import { createIds } from '../../core/foundation/ids.ts';
import { dataFiles } from '../../core/settings/index.ts';
import { openStore } from '../../core/store/index.ts';
import { chosenFolder, readConfig } from '../shared/open-folder.ts';
import { type CliOptions, exitCodes, WrongUsage } from './cli-options.ts';
import { openLogs } from './logs.ts';

const secondsOf = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
const longestTtlSeconds = 10 * 365 * 86_400;
/** As for tokens that are made over the API. */
const longestLabel = 64;

/** Mints an access token and prints it. Works beside a running product: the record is one short transaction. */
export async function mintToken(options: CliOptions): Promise<number> {
  const role = readRole(options.role ?? 'admin');
  const ttlSeconds = readTtl(options.ttl ?? '30d');
  const label = readLabel(options.label ?? 'command line');
  const { registry } = openLogs({ debug: false });
  const { dataDir } = chosenFolder(options);
  const key = await readKey(dataDir);
  const { config } = await readConfig(options, dataDir, { registry, onInvalid: 'throw' });

  const store = await openStore({ file: config.memory.db_path, durability: 'full', onFailure: () => {} });
  try {
    const access = createAccess({
      store,
      key,
      clock: systemClock,
      ids: createIds(systemClock.now),
      onRevoke: () => {},
    });
    const { token, expires_at, id } = await access.mint({ role, label, ttlSeconds });
    process.stdout.write(options.json ? `${JSON.stringify({ id, role, token, expires_at })}\n` : `${token}\n`);
    return exitCodes.done;
  } finally {
    await store.close();
  }
}

async function readKey(dataDir: string): Promise<Uint8Array> {
  const file = dataFiles(dataDir).tokenKey;
  try {
    return await readFile(file);
  } catch (cause) {
    throw new AppError(
      'DATA_FOLDER_UNUSABLE',
      `There is no key at ${file}; start the product once with this data folder (clawdbot serve --data ${dataDir})`,
      { path: file },
      { cause },
    );
  }
}

function readRole(text: string): Role {
  const role = Role.safeParse(text);
  if (role.success) return role.data;
  throw new WrongUsage(`--role ${text}: one of ${Role.options.join(', ')}`);
}

function readTtl(text: string): number {
  const found = /^(\d{1,9})([smhd])$/.exec(text);
  const seconds = found ? Number(found[1]) * secondsOf[found[2] as keyof typeof secondsOf] : 0;
  if (seconds >= 1 && seconds <= longestTtlSeconds) return seconds;
  throw new WrongUsage(`--ttl ${text}: a number and s, m, h or d, for example 30d; at most ten years`);
}

function readLabel(text: string): string {
  const label = text.trim();
  if (label.length >= 1 && label.length <= longestLabel) return label;
  throw new WrongUsage(`--label: 1 to ${longestLabel} characters`);
}
