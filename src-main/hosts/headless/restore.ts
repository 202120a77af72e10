import { resolve } from 'node:path';
import { holdForRestore, openContainer, type RestoreReport } from '../../core/backup/index.ts';
import { chosenFolder } from '../shared/open-folder.ts';
import { type CliOptions, exitCodes, WrongUsage } from './cli-options.ts';
import { longWork } from './long-work.ts';
import { readPassphrase } from './passphrase.ts';

/** Puts a backup in the place of what is in the data folder, or finishes the restore that was cut off in it. */
export async function restoreData(options: CliOptions): Promise<number> {
  const { file, passphraseFile, json } = options;
  if (file === undefined) throw new WrongUsage('say which FILE to restore');
  const { dataDir, createParents } = chosenFolder(options);
  return longWork(async ({ signal, onStep }) => {
    // Before the folder is touched: a wrong name must not make one.
    const container = await openContainer(resolve(file));
    try {
      const held = await holdForRestore(dataDir, { createParents });
      try {
        if (held.finished?.backup === container.id) {
          tellFinished(dataDir, held.finished.aside, json);
          return exitCodes.done;
        }
        if (held.finished)
          process.stderr.write(`clawdbot: the restore that was cut off is finished; this one follows\n`);
        const unlocked = await container.unlock(await readPassphrase({ file: passphraseFile, isNew: false, signal }));
        tell(dataDir, await held.restore({ container, unlocked, now: Date.now(), signal, onStep }), json);
        return exitCodes.done;
      } finally {
        held.release();
      }
    } finally {
      await container.close();
    }
  });
}

function tellFinished(dataDir: string, aside: string, json: boolean): void {
  process.stdout.write(
    json
      ? `${JSON.stringify({ data: dataDir, finished: true, aside })}\n`
      : `The restore that was cut off is finished; what was there before lies in ${aside}. 上次中断的恢复已完成。\n`,
  );
}

function tell(dataDir: string, report: RestoreReport, json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify({ data: dataDir, finished: false, ...report })}\n`);
    return;
  }
  const { aside, made_at, messages, memories, messages_set_aside, replies_unknown, tokens_revoked } = report;
  const settled = [
    ...(messages_set_aside > 0 ? [`${messages_set_aside} messages that waited need a look`] : []),
    ...(replies_unknown > 0 ? [`${replies_unknown} replies that waited are not sent`] : []),
    ...(tokens_revoked > 0 ? [`${tokens_revoked} access tokens are revoked: pair your devices anew`] : []),
  ];
  process.stdout.write(
    [
      `${dataDir} holds what the backup of ${made_at} held: ${messages} messages and ${memories} memories.`,
      ...(settled.length > 0 ? [`${settled.join('; ')}.`] : []),
      ...(aside === null ? [] : [`What was there before lies in ${aside}; delete it when you no longer need it.`]),
      `已恢复 ${made_at} 的备份：${messages} 条消息、${memories} 条记忆。等待处理的消息不会自动处理，未发出的回复不会再发，所有设备需重新配对。`,
      '',
    ].join('\n'),
  );
}
