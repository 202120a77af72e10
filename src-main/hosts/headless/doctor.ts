import { constants, existsSync } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import type { SecretRegistry } from '../../core/foundation/logger.ts';
import type { LoadedConfig } from '../../core/settings/index.ts';
import { openStore, runningOn } from '../../core/store/index.ts';
import { chosenFolder, readConfig } from '../shared/open-folder.ts';
import { version } from '../shared/version.ts';
import type { CliOptions } from './cli-options.ts';
import { openLogs } from './logs.ts';

interface Check {
  name: string;
  state: 'ok' | 'warning' | 'failure';
  detail: string;
}

const marks = { ok: '✓', warning: '!', failure: '✗' } as const;

/** Looks without changing anything. Exit code 0: all well, 1: warnings, 2: failures. */
export async function doctor(options: CliOptions): Promise<number> {
  const { registry } = openLogs({ debug: false });
  const checks = (await examine(options, registry)).map((check) => ({
    ...check,
    detail: registry.scrub(check.detail),
  }));
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ checks })}\n`
      : checks.map(({ name, state, detail }) => `${marks[state]} ${name}: ${detail}\n`).join(''),
  );
  return checks.some(({ state }) => state === 'failure') ? 2 : checks.some(({ state }) => state === 'warning') ? 1 : 0;
}

async function examine(options: CliOptions, registry: SecretRegistry): Promise<Check[]> {
  const { dataDir, createParents } = chosenFolder(options);
  const program: Check = {
    name: 'program',
    state: 'ok',
    detail: `Clawdbot ${version} on Node ${process.version}, ${process.platform} ${process.arch}`,
  };
  const folder = await folderCheck(dataDir, createParents);
  // What lies in a folder that cannot be used would only fail once more, and with worse words.
  if (folder.state === 'failure') return [program, folder];
  const loaded = await readConfig(options, dataDir, { registry, onInvalid: 'throw' }).catch(asFailure('configuration'));
  if (!('config' in loaded)) return [program, folder, loaded];
  return [
    program,
    folder,
    ...configChecks(loaded),
    await databaseCheck(loaded),
    ...(await portChecks(loaded, runningOn(dataDir))),
  ];
}

/** What keeps a part from being looked at is what is wrong with it. */
const asFailure =
  (name: string) =>
  (error: unknown): Check => ({
    name,
    state: 'failure',
    detail: error instanceof Error ? error.message : String(error),
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
    return { name, state: 'ok', detail: dataDir };
  } catch (error) {
    const detail = `${dataDir} cannot be written (${errnoOf(error)}); give this user write access, or choose another with --data`;
    return { name, state: 'failure', detail };
  }
}

function configChecks({ config, warnings, source }: LoadedConfig): Check[] {
  const { webhook } = config.platforms;
  return [
    {
      name: 'configuration',
      state: 'ok',
      detail: source === 'defaults' ? 'no config.yaml yet; the defaults hold' : 'config.yaml is valid',
    },
    ...warnings.map((detail) => ({ name: 'configuration', state: 'warning' as const, detail })),
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

async function databaseCheck({ config }: LoadedConfig): Promise<Check> {
  const file = config.memory.db_path;
  if (!existsSync(file)) return { name: 'database', state: 'ok', detail: `${file} will be made at the first start` };
  try {
    const store = await openStore({ file, durability: config.app.durability, onFailure: () => {} });
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

async function portChecks({ config }: LoadedConfig, running: number | null): Promise<Check[]> {
  const { socket } = config.platforms;
  const wanted = [
    { name: 'port', key: 'app.port', port: config.app.port },
    ...(socket.enabled ? [{ name: 'socket port', key: 'platforms.socket.port', port: socket.port }] : []),
  ];
  return Promise.all(
    wanted.map(async ({ name, key, port }): Promise<Check> => {
      const refused = port === 0 ? null : await refusalOf(port, config.app.host);
      if (refused === null) return { name, state: 'ok', detail: port === 0 ? 'any free one' : `${port} is free` };
      if (refused !== 'EADDRINUSE') {
        const detail = `${port} on ${config.app.host} cannot be used (${refused}); choose another with ${key}`;
        return { name, state: 'warning', detail };
      }
      return running === null
        ? { name, state: 'warning', detail: `${port} is taken by another program; choose another with ${key}` }
        : { name, state: 'ok', detail: `${port} is taken, and Clawdbot runs on this folder (process ${running})` };
    }),
  );
}

/** Why a port cannot be listened on, as the system puts it; null when it can. */
function refusalOf(port: number, host: string): Promise<string | null> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error) => resolve(errnoOf(error)));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(null)));
  });
}

const errnoOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);
