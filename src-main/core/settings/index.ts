export type { ConfigProblem } from './config-invalid.ts';
export { ConfigInvalid } from './config-invalid.ts';
export { chooseDataFolder, type DataFolderChoice, prepareDataFolder } from './data-folder.ts';
export { withDatabaseAt } from './database-place.ts';
export { describeConfig, describeFault } from './describe-config.ts';
export { type DataFiles, dataFiles, firstStart } from './first-start.ts';
export { adviceOnPlace, type FolderPlace, inspectPlace } from './folder-place.ts';
export { type LoadedConfig, type LoadOptions, lastGoodName, loadConfig } from './load-config.ts';
export { Config, type WebhookEndpoint } from './schema.ts';
