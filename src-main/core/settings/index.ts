export { isLoopback } from './checks.ts';
export { ConfigInvalid, type ConfigProblem, describeProblem } from './config-invalid.ts';
export { chooseDataFolder, type DataFolderChoice, prepareDataFolder } from './data-folder.ts';
export { type DataFiles, dataFiles, firstStart } from './first-start.ts';
export { type LoadedConfig, type LoadOptions, lastGoodName, loadConfig } from './load-config.ts';
export { Config, type WebhookEndpoint } from './schema.ts';
