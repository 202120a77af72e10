import { availableParallelism, homedir, hostname, release, totalmem, userInfo } from 'node:os';
import type { Status } from '../../../src-shared/schema/status.ts';
import type { SecretRegistry } from '../../core/foundation/logger.ts';
import { type DiagnosticsBundle, type Facts, packDiagnostics, type RecentLines } from '../../core/monitor/index.ts';
import { type Config, describeConfig, type LoadedConfig } from '../../core/settings/index.ts';
import type { Check } from './check.ts';
import { type Examination, examineLoaded } from './examine.ts';
import { version } from './version.ts';

interface OfFolder {
  examination: Examination;
  dataDir: string;
  registry: SecretRegistry;
}

/** The bundle of a folder that nobody needs to run on. Its log went to whoever started the product. */
export function packFolderDiagnostics({ examination, dataDir, registry }: OfFolder): Promise<DiagnosticsBundle> {
  const { checks, loaded } = examination;
  return pack(
    { checks: forOthers(checks), status: null, log: [], configuration: loaded && describeConfig(loaded.config) },
    { ...placesOf(dataDir), ...(loaded && namesIn(loaded.config)) },
    registry,
  );
}

interface OfProduct {
  loaded: LoadedConfig;
  dataDir: string;
  status: Status;
  lines: RecentLines;
  registry: SecretRegistry;
}

/** The bundle of the product that runs in this process. */
export async function packProductDiagnostics({ loaded, dataDir, status, lines, registry }: OfProduct) {
  const checks = await examineLoaded(loaded, dataDir);
  const configuration = describeConfig(loaded.config);
  return pack(
    { checks: forOthers(checks), status: withoutNames(status), log: lines.list(), configuration },
    { ...placesOf(dataDir), ...namesIn(loaded.config) },
    registry,
  );
}

type Known = Readonly<Record<string, string>>;

function pack(facts: Omit<Facts, 'about'>, known: Known, secrets: SecretRegistry): Promise<DiagnosticsBundle> {
  return packDiagnostics({ ...facts, about }, { secrets, known, now: Date.now() });
}

const placesOf = (dataDir: string): Known => ({
  [dataDir]: '[data folder]',
  [homedir()]: '[home]',
  [hostname()]: '[this machine]',
  [userName()]: '[user]',
});

/** What the operator called his channels, and where their replies go: checks speak of both. */
function namesIn({ platforms: { webhook } }: Config): Known {
  const receivers = [webhook, ...webhook.endpoints].flatMap(({ reply_url: url }) => (url === null ? [] : [url]));
  return {
    ...Object.fromEntries(webhook.endpoints.map(({ name }) => [name, '[channel]'])),
    ...Object.fromEntries(receivers.map((url) => [new URL(url).host, '[receiver]'])),
  };
}

/** '' in a container whose user has no entry of its own. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}

const about = {
  clawdbot: version,
  node: process.version,
  electron: process.versions['electron'] ?? null,
  platform: process.platform,
  arch: process.arch,
  system: release(),
  processors: availableParallelism(),
  memory_bytes: totalmem(),
  time_zone_offset_minutes: -new Date().getTimezoneOffset(),
};

/** Figures and states. Channels are told by their kind, errors by their code: names and sentences may be somebody's. */
function withoutNames(status: Status) {
  const { version: running, started_at, durability, queue, outbox, egress, totals, process: figures } = status;
  return {
    version: running,
    started_at,
    durability,
    queue,
    outbox,
    egress,
    totals,
    process: figures,
    warnings: status.warnings.length,
    channels: status.channels.map(
      ({ kind, state, received, accepted, duplicate, rejected, strangers, last_in_at }) => ({
        kind,
        state,
        received,
        accepted,
        duplicate,
        rejected,
        strangers,
        last_in_at,
      }),
    ),
    errors: status.errors.map(({ at, component, code }) => ({ at, component, code })),
  };
}

const forOthers = (checks: readonly Check[]) =>
  checks.map(({ name, state, detail, forOthers: instead = detail }) => ({ name, state, detail: instead }));
