import { resolve } from 'node:path';
import { finishRestore } from '../../core/backup/index.ts';
import type { SecretStore } from '../../core/foundation/host.ts';
import type { Logger, SecretRegistry } from '../../core/foundation/logger.ts';
import { mappingProblems } from '../../core/ingest/index.ts';
import {
  adviceOnPlace,
  chooseDataFolder,
  dataFiles,
  firstStart,
  inspectPlace,
  type LoadedConfig,
  loadConfig,
  prepareDataFolder,
} from '../../core/settings/index.ts';
import { type FolderLock, lockDataFolder } from '../../core/store/index.ts';
import { createSecretFile } from './secret-file.ts';
import { recordStart, type StartRecord } from './start-record.ts';

/** What a command line may say about the folder and its configuration. */
export interface FolderOptions {
  data: string | undefined;
  config?: string | undefined;
  port?: number | undefined;
  host?: string | undefined;
  /** Start with nothing but the chat and the interface. */
  safeMode?: boolean | undefined;
}

export interface OpenFolder extends LoadedConfig {
  dataDir: string;
  lock: FolderLock;
  tokenKeyFile: string;
  start: StartRecord;
  /** Whether only the chat and the interface are opened; the warnings say why. */
  safeMode: boolean;
}

interface OpenDeps {
  registry: SecretRegistry;
  logger: Logger;
  /** Where `${keychain:…}` leads on this host. */
  secretsOf?: (dataDir: string) => SecretStore;
}

/** Takes the data folder for this process, makes what a first start needs, and reads the configuration. */
export async function openFolder(
  options: FolderOptions,
  { registry, logger, secretsOf = createSecretFile }: OpenDeps,
): Promise<OpenFolder> {
  const { dataDir, createParents } = chosenFolder(options);
  const prepared = await prepareDataFolder(dataDir, { createParents });
  const place = await inspectPlace(dataDir);
  const lock = lockDataFolder(dataDir, { isShared: place.syncedBy !== null });
  let start: StartRecord | undefined;
  try {
    const restored = await finishRestore(dataDir);
    if (restored) logger.info('restore.finished', { moved: restored.out.length + restored.in.length });
    start = await recordStart(dataDir);
    const first = await firstStart({ dataDir, createParents });
    if (first.created.length > 0) logger.info('start.first', { files: first.created.length });
    const loaded = await readConfig(options, dataDir, {
      registry,
      secrets: secretsOf(dataDir),
      onInvalid: 'last-good',
    });
    const safeMode = options.safeMode === true || start.shouldBeSafe;
    return {
      ...loaded,
      warnings: [
        ...safeModeWarnings(options, start),
        ...prepared,
        ...adviceOnPlace(dataDir, place),
        ...first.warnings,
        ...loaded.warnings,
      ],
      start,
      safeMode,
      dataDir,
      lock,
      tokenKeyFile: first.files.tokenKey,
    };
  } catch (error) {
    await start?.ended(error);
    lock.release();
    throw error;
  }
}

function safeModeWarnings({ safeMode }: FolderOptions, { shouldBeSafe, failedBefore }: StartRecord): string[] {
  const left =
    'Messages from webhooks, REST and sockets are refused until later and replies wait; the chat and this interface work';
  if (safeMode)
    return [
      `Safe mode, as asked for with --safe-mode. ${left}. To leave it, stop Clawdbot and start it without --safe-mode`,
    ];
  if (!shouldBeSafe) return [];
  return [
    `Safe mode, because the last ${failedBefore} starts ended before they had worked for a minute. ${left}. The log says why they ended. To leave safe mode, stop Clawdbot in order and start it again`,
  ];
}

export function chosenFolder({ data }: FolderOptions): { dataDir: string; createParents: boolean } {
  const { path, chosenBy } = chooseDataFolder({ flag: data, env: process.env });
  return { dataDir: path, createParents: chosenBy === 'platform' };
}

interface ReadDeps {
  registry: SecretRegistry;
  secrets?: SecretStore;
  onInvalid: 'throw' | 'last-good';
}

/** Reads the configuration of a folder without changing anything in it. */
export function readConfig(
  { config, port, host }: FolderOptions,
  dataDir: string,
  { registry, secrets = createSecretFile(dataDir), onInvalid }: ReadDeps,
): Promise<LoadedConfig> {
  return loadConfig({
    file: config === undefined ? dataFiles(dataDir).config : resolve(config),
    dataDir,
    env: process.env,
    secrets,
    registry,
    checkMapping: mappingProblems,
    overrides: { ...(port === undefined ? {} : { port }), ...(host === undefined ? {} : { host }) },
    onInvalid,
    onMissing: config === undefined ? 'defaults' : 'throw',
    keepLastGood: onInvalid === 'last-good',
  });
}
