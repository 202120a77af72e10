import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { isAppError } from '../../core/foundation/app-error.ts';
import { ConfigInvalid, type LoadedConfig } from '../../core/settings/index.ts';
import { openStore } from '../../core/store/index.ts';
import type { CliOptions } from './cli-options.ts';
import { openLogs } from './logs.ts';
import { chosenFolder, readConfig } from './open-folder.ts';
import { version } from './version.ts';

interface Check {
  name: string;
  state: 'ok' | 'warning' | 'failure';
  detail: string;
}

const marks = { ok: '✓', warning: '!', failure: '✗' } as const;

/** Looks without changing anything. Exit code 0: all well, 1: warnings, 2: failures. */
export async function doctor(options: CliOptions): Promise<number> {
  const { registry } = openLogs({ debug: false });
  const { dataDir } = chosenFolder(options);
  const checks: Check[] = [
    {
      name: 'program',
      state: 'ok',
      detail: `Clawdbot ${version} on Node ${process.version}, ${process.platform} ${process.arch}`,
    },
  ];
  checks.push({
    name: 'data folder',
    state: existsSync(dataDir) ? 'ok' : 'warning',
    detail: existsSync(dataDir) ? dataDir : `${dataDir} is not there yet; the first start makes it`,
  });

  const loaded = await readConfig(options, dataDir, registry, 'throw').catch((error: unknown) => {
    if (!(error instanceof ConfigInvalid)) throw error;
    checks.push({ name: 'configuration', state: 'failure', detail: error.message });
    return null;
  });
  if (loaded) checks.push(...configChecks(loaded), await databaseCheck(loaded), ...(await portChecks(loaded)));

  const clean = checks.map((check) => ({ ...check, detail: registry.scrub(check.detail) }));
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ checks: clean })}\n`
      : clean.map(({ name, state, detail }) => `${marks[state]} ${name}: ${detail}\n`).join(''),
  );
  return clean.some(({ state }) => state === 'failure') ? 2 : clean.some(({ state }) => state === 'warning') ? 1 : 0;
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
    if (!isAppError(error)) throw error;
    return { name: 'database', state: 'failure', detail: error.message };
  }
}

async function portChecks({ config }: LoadedConfig): Promise<Check[]> {
  const { socket } = config.platforms;
  const wanted = [
    { name: 'port', key: 'app.port', port: config.app.port },
    ...(socket.enabled ? [{ name: 'socket port', key: 'platforms.socket.port', port: socket.port }] : []),
  ];
  return Promise.all(
    wanted.map(async ({ name, key, port }): Promise<Check> => {
      const free = await isFree(port, config.app.host);
      return {
        name,
        state: free ? 'ok' : 'warning',
        detail: free
          ? `${port} is free`
          : `${port} is taken, by Clawdbot itself if it runs; else choose another with ${key}`,
      };
    }),
  );
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
