import { resolve } from 'node:path';
import { openContainer, type VerifyReport, verifyBackup } from '../../core/backup/index.ts';
import { chosenFolder } from '../shared/open-folder.ts';
import { megabytes } from './backup.ts';
import { type CliOptions, exitCodes, WrongUsage } from './cli-options.ts';
import { longWork } from './long-work.ts';
import { readPassphrase } from './passphrase.ts';

/** Checks all of a backup and changes nothing. */
export async function verify(options: CliOptions): Promise<number> {
  const { file, passphraseFile, json } = options;
  if (file === undefined) throw new WrongUsage('say which FILE to verify');
  const { dataDir } = chosenFolder(options);
  const report = await longWork(async ({ signal, onStep }) => {
    const container = await openContainer(resolve(file));
    try {
      const unlocked = await container.unlock(await readPassphrase({ file: passphraseFile, isNew: false, signal }));
      return await verifyBackup({ container, unlocked, dataDir, signal, onStep });
    } finally {
      await container.close();
    }
  });
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : sentence(report));
  return exitCodes.done;
}

const sentence = ({ path, bytes, made_at, version, files, messages, memories }: VerifyReport): string =>
  [
    `${path} is whole (${megabytes(bytes)}): ${messages} messages, ${memories} memories and ${files - 1} further files, made ${made_at} by Clawdbot ${version}.`,
    `备份完好：${messages} 条消息、${memories} 条记忆和另外 ${files - 1} 个文件，${made_at} 由 Clawdbot ${version} 制作。`,
    '',
  ].join('\n');
