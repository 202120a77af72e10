import { resolve } from 'node:path';
import { type BackupReport, makeBackup, refuseWhileRestoring } from '../../core/backup/index.ts';
import { createSecretRegistry } from '../../core/foundation/logger.ts';
import { dataFiles } from '../../core/settings/index.ts';
import { chosenFolder, readConfig } from '../shared/open-folder.ts';
import { version } from '../shared/version.ts';
import { type CliOptions, exitCodes, WrongUsage } from './cli-options.ts';
import { longWork } from './long-work.ts';
import { readPassphrase } from './passphrase.ts';

/** Writes everything into one encrypted file. Works beside a running product, which is only read. */
export async function backUp(options: CliOptions): Promise<number> {
  const { file, overwrite, passphraseFile, json } = options;
  if (file === undefined) throw new WrongUsage('say which FILE to write');
  const { dataDir } = chosenFolder(options);
  refuseWhileRestoring(dataDir);
  const { config } = await readConfig(options, dataDir, { registry: createSecretRegistry(), onInvalid: 'throw' });
  const report = await longWork(async ({ signal, onStep }) =>
    makeBackup({
      dataDir,
      database: config.memory.db_path,
      configFile: options.config === undefined ? dataFiles(dataDir).config : resolve(options.config),
      named: config.app.tls === null ? [] : [config.app.tls.cert_file, config.app.tls.key_file],
      to: resolve(file),
      overwrite,
      passphrase: await readPassphrase({ file: passphraseFile, isNew: true, signal }),
      version,
      now: Date.now(),
      signal,
      onStep,
    }),
  );
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : sentence(report));
  if (!json)
    for (const { path, why } of report.skipped) process.stderr.write(`clawdbot: ${skippedSentence(path, why)}\n`);
  return exitCodes.done;
}

function skippedSentence(path: string, why: BackupReport['skipped'][number]['why']): string {
  const reasons = {
    name: 'because not every system takes that name',
    kind: 'because it is no file',
    elsewhere: 'because it lies outside of the data folder; keep a copy of it yourself',
  };
  return `${JSON.stringify(path)} is not in it, ${reasons[why]}`;
}

const sentence = ({ path, bytes, files, messages, memories }: BackupReport): string =>
  [
    `${messages} messages, ${memories} memories and ${files - 1} further files were written to ${path} (${megabytes(bytes)}).`,
    'Without the passphrase nobody can read it, you included: keep the two apart, and both safe.',
    `已写入 ${messages} 条消息、${memories} 条记忆和另外 ${files - 1} 个文件。没有口令谁也读不出来，包括你自己：请分开妥善保管。`,
    '',
  ].join('\n');

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
