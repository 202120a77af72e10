import { resolve } from 'node:path';
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
import type { CliOptions } from './cli-options.ts';
import { createSecretFile } from './headless-host.ts';

export interface OpenFolder extends LoadedConfig {
  dataDir: string;
  lock: FolderLock;
  tokenKeyFile: string;
}

/** Takes the data folder for this process, makes what a first start needs, and reads the configuration. */
export async function openFolder(options: CliOptions, registry: SecretRegistry, logger: Logger): Promise<OpenFolder> {
  const { dataDir, createParents } = chosenFolder(options);
  const prepared = await prepareDataFolder(dataDir, { createParents });
  const lock = lockDataFolder(dataDir);
  try {
    const first = await firstStart({ dataDir, createParents });
    if (first.created.length > 0) logger.info('start.first', { files: first.created.length });
    const loaded = await readConfig(options, dataDir, registry, 'last-good');
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

export function chosenFolder({ data }: CliOptions): { dataDir: string; createParents: boolean } {
  const { path, chosenBy } = chooseDataFolder({ flag: data, env: process.env });
  return { dataDir: path, createParents: chosenBy === 'platform' };
}

/** Reads the configuration of a folder without changing anything in it. */
export function readConfig(
  { config, port, host }: CliOptions,
  dataDir: string,
  registry: SecretRegistry,
  onInvalid: 'throw' | 'last-good',
): Promise<LoadedConfig> {
  return loadConfig({
    file: config === undefined ? dataFiles(dataDir).config : resolve(config),
    dataDir,
    env: process.env,
    secrets: createSecretFile(dataDir),
    registry,
    checkMapping: mappingProblems,
    overrides: { ...(port === undefined ? {} : { port }), ...(host === undefined ? {} : { host }) },
    onInvalid,
    onMissing: config === undefined ? 'defaults' : 'throw',
    keepLastGood: onInvalid === 'last-good',
  });
}
