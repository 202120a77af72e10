import { readdir, stat } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { createEgress, type Egress, EgressRefused } from '../../core/foundation/egress/index.ts';
import { silentLogger } from '../../core/foundation/logger.ts';
import { isLoopback } from '../../core/foundation/loopback.ts';
import { interceptionIn, interceptionOf } from '../../core/ingest/index.ts';
import { foundClockFile, readFoundClock } from '../../core/monitor/index.ts';
import { type Config, databaseServer } from '../../core/settings/index.ts';
import { parseAddress } from '../../core/store/index.ts';
import type { Check } from './check.ts';

/** Where a channel posts its replies: all that the core ever sends from this machine by itself. */
interface Target {
  channel: string;
  url: string;
}

const toleratedClockMs = 300_000;

/** The network and the clock around the product, as far as they change what it can do. */
export async function examineSurroundings(config: Config, dataDir: string): Promise<Check[]> {
  const targets = targetsOf(config);
  const leaving = { targets, server: serverElsewhere(config) };
  const egress = createEgress({ allowPrivate: config.egress.allow_private, logger: silentLogger });
  const probes = await Promise.all(targets.map((target) => probe(target, egress)));
  return [
    proxyCheck(process.env, leaving),
    networkCheck(leaving),
    ...probes.map(({ check }) => check),
    await clockCheck(
      dataDir,
      probes.flatMap(({ serverMs }) => serverMs ?? []),
    ),
  ];
}

interface Leaving {
  targets: readonly Target[];
  /** The database server, where it is another machine. */
  server: string | null;
}

function serverElsewhere(config: Config): string | null {
  const url = databaseServer(config);
  if (url === null) return null;
  const { host, name } = parseAddress(url);
  return isLoopback(host) ? null : name;
}

function targetsOf({ platforms: { webhook } }: Config): Target[] {
  if (!webhook.enabled) return [];
  return [{ name: 'webhook', ...webhook }, ...webhook.endpoints].flatMap(({ name, reply_url: url }) =>
    url === null ? [] : [{ channel: name, url }],
  );
}

/** What leaves this machine, with the server that everything is kept on where that is another one. */
function goesOut({ targets, server }: Leaving): string {
  const kept = server === null ? '' : `; everything is kept on ${server}`;
  const replies = targets.map(({ channel }) => channel).join(', ');
  return targets.length === 0
    ? `${server === null ? 'no message leaves this machine' : 'no reply leaves this machine'}, since no channel has a reply_url${kept}`
    : `the only messages that leave this machine are replies of ${replies}${kept}`;
}

/** Never the address itself, which may hold a password. */
function proxyCheck(env: Readonly<Record<string, string | undefined>>, leaving: Leaving): Check {
  const { targets } = leaving;
  const name = 'proxy';
  const isSet = (key: string) => (env[key] ?? env[key.toLowerCase()] ?? '') !== '';
  const set = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].filter(isSet);
  if (set.length === 0) return { name, state: 'ok', detail: `none is set; ${goesOut(leaving)}` };
  const noProxy = env['NO_PROXY'] ?? env['no_proxy'] ?? '';
  const sparesUs = noProxy.split(',').some((entry) => /^(?:\*|127\.0\.0\.1|localhost)$/.test(entry.trim()));
  const parts = [
    `${set.join(' and ')} is set; ${goesOut(leaving)}`,
    ...(targets.length === 0
      ? []
      : ['they go out directly, for through a proxy nobody could say which machine is called']),
    ...(sparesUs
      ? []
      : [
          'programs that send to Clawdbot may go through the proxy and not arrive: add 127.0.0.1,localhost to NO_PROXY',
        ]),
  ];
  return { name, state: sparesUs && targets.length === 0 ? 'ok' : 'warning', detail: parts.join('; ') };
}

function networkCheck(leaving: Leaving): Check {
  const { targets } = leaving;
  const name = 'network';
  const isConnected = Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(({ internal }) => !internal),
  );
  if (isConnected) return { name, state: 'ok', detail: 'there is one' };
  return targets.length === 0
    ? { name, state: 'ok', detail: `there is none, and none is needed: ${goesOut(leaving)}` }
    : {
        name,
        state: 'warning',
        detail: `there is none; everything on this machine works, and ${goesOut(leaving)}, which wait for it for a day`,
      };
}

const probeMs = 5_000;

/** Asks for the head of the page where replies are posted, which changes nothing there, and follows nothing. */
async function probe({ channel, url }: Target, egress: Egress): Promise<{ check: Check; serverMs: number | null }> {
  const name = `replies of ${channel}`;
  const { host } = new URL(url);
  const warn = (detail: string, forOthers: string): Check => ({
    name,
    state: 'warning',
    detail: `${host} ${detail}`,
    // Where a receiver leads to is as much its own business as where it is.
    forOthers: `the receiver ${forOthers}`,
  });
  const asked = {
    url,
    writtenBy: 'operator',
    method: 'HEAD',
    timeoutMs: probeMs,
    maxBytes: 0,
    maxRedirects: 0,
  } as const;
  const answered = await egress.send(asked).catch((error: unknown) => ({ error }));
  if ('error' in answered) {
    const interception = interceptionOf(answered.error);
    const reason = reasonOf(answered.error);
    const check = interception
      ? warn(`${interception.explained}. Replies wait for a day`, `was answered for by a ${interception.by}`)
      : warn(
          `cannot be reached (${reason}); replies wait for a day. Is the network up, and the address right?`,
          `cannot be reached (${reason})`,
        );
    return { check, serverMs: null };
  }
  const interception = interceptionIn(url, answered.status, answered.headers.location ?? null);
  const check: Check = interception
    ? warn(interception.explained, `leads elsewhere (${interception.by})`)
    : { name, state: 'ok', detail: `${host} can be reached` };
  const serverMs = Date.parse(answered.headers.date ?? '');
  // A network that answers in the receiver's place is no authority on the time either.
  return { check, serverMs: interception || Number.isNaN(serverMs) ? null : serverMs };
}

/** The deepest code, or what refused to call. */
function reasonOf(error: unknown): string {
  if (error instanceof EgressRefused) return error.message;
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error && 'code' in cause
    ? String(cause.code)
    : cause instanceof Error
      ? cause.name
      : 'unknown';
}

async function clockCheck(dataDir: string, serversMs: readonly number[]): Promise<Check> {
  const name = 'clock';
  const nowMs = Date.now();
  const remedy = 'set the clock of this computer, best from the network';
  const found = readFoundClock(join(dataDir, foundClockFile), nowMs);
  if (found) return { name, state: 'warning', detail: found.message };
  const far = serversMs.find((serverMs) => Math.abs(serverMs - nowMs) > toleratedClockMs);
  if (far !== undefined) {
    const detail = `it says ${iso(nowMs)}, and a receiver of replies says ${iso(far)}: ${remedy}`;
    return { name, state: 'warning', detail };
  }
  const newest = await newestFile(dataDir);
  if (newest && newest.ms - nowMs > toleratedClockMs) {
    const detail = `it says ${iso(nowMs)}, and ${newest.file} was written at ${iso(newest.ms)}: ${remedy}`;
    return { name, state: 'warning', detail };
  }
  return { name, state: 'ok', detail: `${iso(nowMs)}; nothing speaks against it` };
}

async function newestFile(folder: string): Promise<{ file: string; ms: number } | null> {
  const names = await readdir(folder).catch(() => []);
  const files = await Promise.all(
    names.map(async (file) => ({
      file,
      ms: await stat(join(folder, file)).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    })),
  );
  return files.reduce<(typeof files)[number] | null>(
    (newest, each) => (newest && newest.ms >= each.ms ? newest : each),
    null,
  );
}

const iso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
