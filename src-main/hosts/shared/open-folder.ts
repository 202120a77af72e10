import { resolve } from 'node:path';
import type { SecretStore } from '../../core/foundation/host.ts';
import type { Logger, SecretRegistry } from '../../core/foundation/logger.ts';
import { mappingProblems } from '../../core/ingest/index.ts';
import {
  chooseDataFolder,
  dataFiles,
  firstStart,
  type LoadedConfig,
  loadConfig,
  prepareDataFolder,
} from '../../core/settings/index.ts';
import { type FolderLock, lockDataFolder } from '../../core/store/index.ts';
import { createSecretFile } from './secret-file.ts';

/** What a command line may say about the folder and its configuration. */
export interface FolderOptions {
  data: string | undefined;
  config?: string | undefined;
  port?: number | undefined;
  host?: string | undefined;
}

export interface OpenFolder extends LoadedConfig {
  dataDir: string;
  lock: FolderLock;
  tokenKeyFile: string;
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
  const lock = lockDataFolder(dataDir);
  try {
    const first = await firstStart({ dataDir, createParents });
    if (first.created.length > 0) logger.info('start.first', { files: first.created.length });
    const loaded = await readConfig(options, dataDir, {
      registry,
      secrets: secretsOf(dataDir),
      onInvalid: 'last-good',
    });
    return {
      ...loaded,
      warnings: [...prepared, ...first.warnings, ...loaded.warnings],
      dataDir,
      lock,
      tokenKeyFile: first.files.tokenKey,
    };
  } catch (error) {
    lock.release();
    throw error;
  }
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
