export type { ConfigProblem } from './config-invalid.ts';
export { chooseDataFolder, type DataFolderChoice, prepareDataFolder } from './data-folder.ts';
export { type DataFiles, dataFiles, firstStart } from './first-start.ts';
export { type LoadedConfig, type LoadOptions, loadConfig } from './load-config.ts';
export { Config, type WebhookEndpoint } from './schema.ts';
