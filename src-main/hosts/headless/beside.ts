import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Role } from '../../../src-shared/schema/access.ts';
import { type Access, createAccess } from '../../core/access/index.ts';
import { refuseWhileRestoring } from '../../core/backup/index.ts';
import { AppError } from '../../core/foundation/app-error.ts';
import { systemClock } from '../../core/foundation/clock.ts';
import { createIds, type Ids } from '../../core/foundation/ids.ts';
import type { Logger } from '../../core/foundation/logger.ts';
import { createKeyring } from '../../core/memory/index.ts';
import { type Config, databaseServer, dataFiles } from '../../core/settings/index.ts';
import { copiesFolder, openStore, type Store } from '../../core/store/index.ts';
import { chosenFolder, readConfig } from '../shared/open-folder.ts';
import { createSecretFile } from '../shared/secret-file.ts';
import { type CliOptions, WrongUsage } from './cli-options.ts';
import { openLogs } from './logs.ts';

export interface Beside {
  access: Access;
  store: Store;
  config: Config;
  dataDir: string;
}

/**
 * Does something beside a product that may be running: whatever is written is one short transaction. `keys`: sensitive
 * memories are read or written, so their key is opened where it can be.
 */
export async function besideProduct<R>(
  options: CliOptions,
  act: (beside: Beside) => Promise<R>,
  { keys = false } = {},
): Promise<R> {
  const { registry, logger } = openLogs({ debug: false });
  const { dataDir } = chosenFolder(options);
  refuseWhileRestoring(dataDir);
  const key = await readKey(dataDir);
  const { config } = await readConfig(options, dataDir, { registry, onInvalid: 'throw' });
  // A file made now would hold something that the server does not, and not what it has.
  if (databaseServer(config) !== null && !existsSync(config.memory.db_path)) throw notFetched(dataDir);
  const store = await openStore({
    file: config.memory.db_path,
    durability: 'full',
    copies: copiesFolder(dataDir),
    repair: false,
    sensitive: config.memory.sensitive,
    onFailure: () => {},
  });
  try {
    const ids = createIds(systemClock.now);
    if (keys) await keyringOf({ store, config, dataDir, ids, logger }).open();
    const access = createAccess({
      store,
      key,
      clock: systemClock,
      ids,
      onRevoke: () => {},
      onChange: () => {},
      onFailure: (error) => logger.warn('access.use_not_kept', { error }),
    });
    return await act({ access, store, config, dataDir });
  } finally {
    await store.close();
  }
}

const notFetched = (dataDir: string) =>
  new AppError(
    'CONFLICT',
    `The data folder does not have what the database server keeps yet; start Clawdbot on it first (clawdbot serve --data ${dataDir})`,
  );

/** As a product without a desktop has it; what a key chain holds stays locked here. */
function keyringOf({ store, config, dataDir, ids, logger }: Omit<Beside, 'access'> & { ids: Ids; logger: Logger }) {
  return createKeyring({
    store,
    secrets: createSecretFile(dataDir),
    passphrase: config.memory.passphrase,
    previousPassphrase: config.memory.previous_passphrase,
    ids,
    clock: systemClock,
    logger,
    onChange: () => {},
  });
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

export function readRole(text: string): Role {
  const role = Role.safeParse(text);
  if (role.success) return role.data;
  throw new WrongUsage(`--role ${text}: one of ${Role.options.join(', ')}`);
}

/** As for tokens that are made over the API. */
const longestLabel = 64;

export function readLabel(text: string): string {
  const label = text.trim();
  if (label.length >= 1 && label.length <= longestLabel) return label;
  throw new WrongUsage(`--label: 1 to ${longestLabel} characters`);
}
