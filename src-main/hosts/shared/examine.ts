import { constants, existsSync } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { refuseWhileRestoring } from '../../core/backup/index.ts';
import type { SecretRegistry } from '../../core/foundation/logger.ts';
import { holderOf, nameOfHolder, nextFreePort, refusalOf } from '../../core/foundation/ports.ts';
import {
  adviceOnPlace,
  ConfigInvalid,
  databaseServer,
  describeFault,
  inspectPlace,
  type LoadedConfig,
} from '../../core/settings/index.ts';
import { copiesFolder, lookAtServer, openStore, readHealth, runningOn } from '../../core/store/index.ts';
import type { Check } from './check.ts';
import { chosenFolder, type FolderOptions, readConfig } from './open-folder.ts';
import { examineSurroundings } from './surroundings.ts';
import { version } from './version.ts';

/** What was found, and the configuration where it could be read. */
export interface Examination {
  checks: Check[];
  loaded: LoadedConfig | null;
}

/** Looks at a folder and its configuration without changing anything. */
export async function examine(options: FolderOptions, registry: SecretRegistry): Promise<Examination> {
  const { dataDir, createParents } = chosenFolder(options);
  const folder = await folderCheck(dataDir, createParents);
  // What lies in a folder that cannot be used would only fail once more, and with worse words.
  if (folder.state === 'failure') return { checks: [programCheck(), folder], loaded: null };
  const loaded = await readConfig(options, dataDir, { registry, onInvalid: 'throw' }).catch(asFailure('configuration'));
  if (!('config' in loaded)) return { checks: [programCheck(), folder, loaded], loaded: null };
  const around = await examineSurroundings(loaded.config, dataDir);
  return { checks: [programCheck(), folder, ...(await examineLoaded(loaded, dataDir)), ...around], loaded };
}

/** What is left to look at once there is a configuration. */
export async function examineLoaded(loaded: LoadedConfig, dataDir: string): Promise<Check[]> {
  return [
    ...configChecks(loaded),
    await databaseCheck(loaded, dataDir),
    ...(await serverCheck(loaded)),
    ...copyChecks(loaded, dataDir),
    ...(await portChecks(loaded, runningOn(dataDir))),
  ];
}

const programCheck = (): Check => ({
  name: 'program',
  state: 'ok',
  detail: `Clawdbot ${version} on Node ${process.version}, ${process.platform} ${process.arch}`,
});

/** What keeps a part from being looked at is what is wrong with it. */
const asFailure =
  (name: string) =>
  (error: unknown): Check => ({
    name,
    state: 'failure',
    detail: error instanceof Error ? error.message : String(error),
    ...(error instanceof ConfigInvalid ? { forOthers: describeFault(error) } : {}),
  });

async function folderCheck(dataDir: string, createParents: boolean): Promise<Check> {
  const name = 'data folder';
  if (!existsSync(dataDir)) {
    return createParents || existsSync(dirname(dataDir))
      ? { name, state: 'warning', detail: `${dataDir} is not there yet; the first start makes it` }
      : { name, state: 'failure', detail: `${dirname(dataDir)} does not exist; create it (is a disk not mounted?)` };
  }
  if (!(await stat(dataDir)).isDirectory()) {
    return { name, state: 'failure', detail: `${dataDir} is a file, not a folder; choose a folder with --data` };
  }
  try {
    await access(dataDir, constants.W_OK | constants.X_OK);
  } catch (error) {
    const detail = `${dataDir} cannot be written (${errnoOf(error)}); give this user write access, or choose another with --data`;
    return { name, state: 'failure', detail };
  }
  try {
    refuseWhileRestoring(dataDir);
    const [advice] = adviceOnPlace(dataDir, await inspectPlace(dataDir));
    return { name, state: advice === undefined ? 'ok' : 'warning', detail: advice ?? dataDir };
  } catch (error) {
    return asFailure(name)(error);
  }
}

function configChecks({ config, warnings, source, problem }: LoadedConfig): Check[] {
  const { webhook } = config.platforms;
  return [
    {
      name: 'configuration',
      state: 'ok',
      detail: source === 'defaults' ? 'no config.yaml yet; the defaults hold' : 'config.yaml is valid',
    },
    ...warnings.map((detail) => ({
      name: 'configuration',
      state: 'warning' as const,
      detail,
      // The file's own problem is repeated as a warning where the last good copy took over.
      ...(problem && detail.includes(problem.message) ? { forOthers: describeFault(problem) } : {}),
    })),
    ...(source !== 'defaults' && webhook.enabled && webhook.secret === null
      ? [
          {
            name: 'webhook',
            state: 'warning' as const,
            detail: 'it is switched on but has no secret, so it stays closed; set platforms.webhook.secret',
          },
        ]
      : []),
  ];
}

async function databaseCheck({ config }: LoadedConfig, dataDir: string): Promise<Check> {
  const file = config.memory.db_path;
  const copies = copiesFolder(dataDir);
  if (!existsSync(file)) return { name: 'database', state: 'ok', detail: `${file} will be made at the first start` };
  try {
    const store = await openStore({
      file,
      durability: config.app.durability,
      copies,
      repair: false,
      onFailure: () => {},
    });
    const totals = await store.call('store.totals', null);
    await store.close();
    const { synchronous, journal_mode } = store.opened;
    return {
      name: 'database',
      state: 'ok',
      detail: `${file}: ${totals.messages_in} messages, ${totals.dead} set aside; journal ${journal_mode}, synchronous ${synchronous}`,
    };
  } catch (error) {
    return asFailure('database')(error);
  }
}

/** Whether the server that keeps everything can be reached and holds it. */
async function serverCheck({ config }: LoadedConfig): Promise<Check[]> {
  const url = databaseServer(config);
  if (url === null) return [];
  const name = 'database server';
  try {
    const { name: server, batch, complete, durable } = await lookAtServer(url);
    const restless = durable
      ? ''
      : '; it does not wait for its disk, so a power cut there may lose what was acknowledged';
    const detail =
      batch === null
        ? `${server} is empty; the next start copies everything there`
        : complete
          ? `${server} keeps everything, ${batch} commits so far`
          : `the copy to ${server} has not ended; the next start goes on with it`;
    const isWell = durable && (batch === null || complete);
    return [{ name, state: isWell ? 'ok' : 'warning', detail: detail + restless }];
  } catch (error) {
    return [asFailure(name)(error)];
  }
}

/** What the running product found when it last looked through the database, and the copies it keeps. */
function copyChecks({ config }: LoadedConfig, dataDir: string): Check[] {
  const file = config.memory.db_path;
  if (!existsSync(file)) return [];
  const { check, copies, copied_at, salvage } = readHealth(file, copiesFolder(dataDir));
  const last =
    check === null
      ? 'not looked through yet; the product does so in its first minutes'
      : `last looked through ${check.checked_at}`;
  const made =
    copied_at === null ? 'no copy yet' : `${copies} copies, the newest of ${new Date(copied_at).toISOString()}`;
  return [
    check === null || check.damage === null
      ? { name: 'database copies', state: 'ok', detail: `${last}${check ? ', all well' : ''}; ${made}` }
      : {
          name: 'database copies',
          state: 'failure',
          detail: `${last}: ${check.damage}. Stop and start Clawdbot: it sets the damaged database aside and saves what it can; ${made}`,
        },
    ...(salvage
      ? [
          {
            name: 'salvaged database',
            state: 'warning' as const,
            detail: `a damaged database was replaced ${salvage.at}; read ${salvage.report}, and delete ${salvage.aside} when you no longer need it`,
          },
        ]
      : []),
  ];
}

async function portChecks({ config }: LoadedConfig, running: number | null): Promise<Check[]> {
  const { webhook, socket } = config.platforms;
  const { host } = config.app;
  const served = [
    'page',
    'REST',
    ...(webhook.enabled ? ['webhook', ...webhook.endpoints.map(({ name }) => name)] : []),
  ];
  const wanted = [
    { name: 'port', key: 'app.port', port: config.app.port, serves: served.join(', ') },
    ...(socket.enabled
      ? [{ name: 'socket port', key: 'platforms.socket.port', port: socket.port, serves: 'socket mode' }]
      : []),
  ];
  const avoid = wanted.map(({ port }) => port);
  return Promise.all(
    wanted.map(async ({ name, key, port, serves }): Promise<Check> => {
      const refused = port === 0 ? null : await refusalOf(port, host);
      if (refused === null)
        return { name, state: 'ok', detail: `${port === 0 ? 'any free one' : `${port} is free`}, for ${serves}` };
      if (refused !== 'EADDRINUSE') {
        const detail = `${port} on ${host} cannot be used (${refused}); choose another with ${key}`;
        return { name, state: 'warning', detail };
      }
      if (running !== null)
        return { name, state: 'ok', detail: `${port} is taken, and Clawdbot runs on this folder (process ${running})` };
      const [holder, free] = await Promise.all([holderOf(port), nextFreePort(port, host, { avoid })]);
      const remedy =
        free === null ? `choose another with ${key}` : `${free} is free: set ${key}: ${free} in config.yaml`;
      const detail = `${port} is taken by ${holder ? nameOfHolder(holder) : 'another program'}, so nothing reaches ${serves}; ${remedy}`;
      return { name, state: 'warning', detail };
    }),
  );
}

const errnoOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);
