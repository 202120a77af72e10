import { basename, resolve } from 'node:path';
import type {
  ImportFault,
  ImportSource,
  Outcomes,
  Refusal,
  RefusalReason,
} from '../../../src-shared/schema/transfer.ts';
import { refuseWhileRestoring } from '../../core/backup/index.ts';
import { isAppError } from '../../core/foundation/app-error.ts';
import { systemClock } from '../../core/foundation/clock.ts';
import { createIds } from '../../core/foundation/ids.ts';
import { firstStart, prepareDataFolder } from '../../core/settings/index.ts';
import { lockDataFolder } from '../../core/store/index.ts';
import { createImporter, type ImportProgress } from '../../core/transfer/index.ts';
import { chosenFolder } from '../shared/open-folder.ts';
import { type Beside, besideProduct } from './beside.ts';
import { type CliOptions, exitCodes, WrongUsage } from './cli-options.ts';
import { longWork } from './long-work.ts';

/** Brings memories and todos in, or takes back what an import brought. Works beside a running product, batch by batch. */
export async function importData(options: CliOptions): Promise<number> {
  const { file, undo, dryRun, json } = options;
  if ((file === undefined) === (undo === undefined))
    throw new WrongUsage('say which FILE to import, or which import to take back with --undo ID');
  if (undo !== undefined && dryRun) throw new WrongUsage('--dry-run goes with a FILE');
  if (!dryRun && file !== undefined) await makeReady(options);
  const act = async ({ store }: Beside) => {
    const importer = createImporter({ store, clock: systemClock, ids: createIds(systemClock.now), onChange: () => {} });
    if (undo !== undefined) {
      const past = await importer.undo(undo);
      process.stdout.write(json ? `${JSON.stringify(past)}\n` : undoneSentence(past));
      return exitCodes.done;
    }
    const path = resolve(file ?? '');
    const report = await longWork(({ signal, onStep }) =>
      importer.run({
        path,
        name: basename(path),
        dryRun,
        signal,
        onProgress({ progress }) {
          // Into a file or a pipe goes the outcome alone.
          if (process.stderr.isTTY) onStep({ doing: 'import', done: Math.round(progress * 1000), total: 1000 });
        },
      }),
    );
    process.stdout.write(json ? `${JSON.stringify({ dry_run: dryRun, ...report })}\n` : reportText(report, dryRun));
    if (!json) process.stderr.write(refusedText(report));
    return report.refused > 0 || report.fault !== null || report.cancelled ? exitCodes.failed : exitCodes.done;
  };
  return besideProduct(options, act, { keys: true });
}

/** An import is a good first thing to do with a data folder. A product that runs on it has made it ready. */
async function makeReady(options: CliOptions): Promise<void> {
  const { dataDir, createParents } = chosenFolder(options);
  refuseWhileRestoring(dataDir);
  await prepareDataFolder(dataDir, { createParents });
  try {
    const lock = lockDataFolder(dataDir);
    try {
      await firstStart({ dataDir, createParents });
    } finally {
      lock.release();
    }
  } catch (error) {
    if (!isAppError(error) || error.code !== 'DATA_FOLDER_IN_USE') throw error;
  }
}

const sources: Record<ImportSource, string> = {
  clawdbot: 'an export of Clawdbot',
  csv: 'a table',
  markdown: 'notes in Markdown',
  chatgpt: 'an export of ChatGPT',
  mem0: 'an export of Mem0',
  openclaw: 'memory of OpenClaw',
};

function reportText(report: ImportProgress, dryRun: boolean): string {
  const { memories, tasks, source, id, first } = report;
  const brought = memories.brought + tasks.brought;
  const lines = [
    source === null ? 'Nothing in it was recognised.' : `It was taken for ${sources[source]}.`,
    outcomeLine('memories', '条记忆', memories, dryRun),
    outcomeLine('todos', '项待办', tasks, dryRun),
    ...(report.cancelled
      ? ['It was stopped before its end; the same file again brings the rest. 已中途停止；再次导入同一文件会继续。']
      : []),
    ...(dryRun ? first.map(({ text }) => `  ${JSON.stringify(text)}`) : []),
    ...(!dryRun && brought > 0 ? [`To take it back: clawdbot import --undo ${id}`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function outcomeLine(
  what: string,
  inChinese: string,
  { brought, known, forgotten }: Outcomes,
  dryRun: boolean,
): string {
  const left = forgotten === 0 ? '' : `, ${forgotten} forgotten here before and left so`;
  const verb = dryRun ? 'would come in' : 'came in';
  const leftInChinese = forgotten === 0 ? '' : `，${forgotten} 已遗忘并保持不变`;
  return `${brought} ${what} ${verb}, ${known} were there already${left}. ${brought} ${inChinese}${dryRun ? '将导入' : '已导入'}，${known} 已存在${leftInChinese}。`;
}

const reasons: Record<RefusalReason, string> = {
  not_utf8: 'is not UTF-8',
  not_json: 'is no JSON object that can be read',
  not_csv: 'is no row of this table',
  too_long: 'is too long',
  no_content: 'has no text',
  unknown_kind: 'is neither a memory nor a todo',
  bad_field: 'holds something that cannot be read',
};

const faults: Record<ImportFault, string> = {
  not_recognised:
    'it is none of the files that can be imported: JSONL, JSON, CSV, Markdown, a zip or folder of ChatGPT, Mem0 or OpenClaw',
  own_markdown: 'it is a Markdown export of Clawdbot, which is for reading; export as JSONL and import that',
  archive:
    'the archive is damaged, too large unpacked, or holds names that are refused; unpack it and import the file in it',
  too_large: 'it is too large for notes; split it',
  too_many: 'it holds more than two million records, or too many files; split it',
  unreadable: 'it is not UTF-8; save it as UTF-8',
};

function refusedText({ refused, refusals, fault }: ImportProgress): string {
  const shown = refusals.map((refusal) => `  ${placeOf(refusal)} ${reasons[refusal.reason]}${fieldOf(refusal)}\n`);
  const more = refused > refusals.length ? `  and ${refused - refusals.length} more\n` : '';
  return [
    refused === 0 ? '' : `clawdbot: ${refused} were refused; put them right and import the file again:\n`,
    ...shown,
    more,
    fault === null ? '' : `clawdbot: the file was not read to its end: ${faults[fault]}\n`,
  ].join('');
}

const placeOf = ({ file, line }: Refusal): string => `${file === null ? '' : `${file}, `}line ${line}`;
const fieldOf = ({ reason, field }: Refusal): string =>
  field === null ? '' : reason === 'bad_field' ? `: ${field}` : ` (${field})`;

const undoneSentence = ({ name, memories, tasks }: { name: string; memories: number; tasks: number }): string =>
  `The ${memories} memories and ${tasks} todos that came with ${JSON.stringify(name)} are taken back. 已撤回。\n`;
