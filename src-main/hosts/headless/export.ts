import { once } from 'node:events';
import { ExportFormat } from '../../../src-shared/schema/transfer.ts';
import { AppError } from '../../core/foundation/app-error.ts';
import { type FileToBe, openFileToBe } from '../../core/foundation/file-to-be.ts';
import { createExporter } from '../../core/transfer/index.ts';
import { type Beside, besideProduct } from './beside.ts';
import { type CliOptions, exitCodes, WrongUsage } from './cli-options.ts';

const pageRecords = 1000;

/** Writes memories and todos out. Works beside a running product, which is only read. */
export async function exportData(options: CliOptions): Promise<number> {
  const format = readFormat(options.format);
  const { to, overwrite, forgotten, json } = options;
  if (to === undefined && overwrite) throw new WrongUsage('--overwrite goes with --to FILE');
  if (format === 'md' && forgotten)
    throw new WrongUsage(
      '--forgotten goes with jsonl or csv: Markdown is for reading, and what was forgotten is not read',
    );
  const act = async ({ store, config }: Beside) => {
    const timezone =
      config.app.timezone === 'auto' ? Intl.DateTimeFormat().resolvedOptions().timeZone : config.app.timezone;
    const exporter = createExporter({ store, timezone });
    const file = to === undefined ? null : await openFileToBe(to, { overwrite }).catch((cause) => refuse(to, cause));
    const total: Total = { memories: 0, tasks: 0, sensitive: 0, locked: 0 };
    try {
      for (let cursor: string | undefined; ; ) {
        const page = await exporter.page({ format, cursor, limit: pageRecords, forgotten });
        if (file) await file.write(page.text).catch((cause) => refuse(to ?? '', cause));
        else await print(page.text);
        for (const each of Object.keys(total) as (keyof Total)[]) total[each] += page[each];
        if (page.next_cursor === null) break;
        cursor = page.next_cursor;
      }
      await file?.keep().catch((cause) => refuse(to ?? '', cause));
    } catch (error) {
      await file?.drop();
      throw error;
    }
    if (file) tell(file, total, json);
    warn(total);
    return exitCodes.done;
  };
  return besideProduct(options, act, { keys: true });
}

function readFormat(text: string | undefined): ExportFormat {
  const format = ExportFormat.safeParse(text);
  if (format.success) return format.data;
  const given = text === undefined ? '--format is missing' : `--format ${text}`;
  throw new WrongUsage(`${given}: one of ${ExportFormat.options.join(', ')}`);
}

async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

type Total = Record<'memories' | 'tasks' | 'sensitive' | 'locked', number>;

function tell({ path }: FileToBe, { memories, tasks, sensitive, locked }: Total, json: boolean): void {
  process.stdout.write(
    json
      ? `${JSON.stringify({ path, memories, tasks, sensitive, locked })}\n`
      : `${memories} memories and ${tasks} todos were written to ${path}. 已写出 ${memories} 条记忆和 ${tasks} 项待办。\n`,
  );
}

/** On standard error, so that it is seen also where the export itself goes to standard output. */
function warn({ sensitive, locked }: Total): void {
  if (sensitive > 0)
    process.stderr.write(
      `${sensitive} of the memories are sensitive and stand in the export in plain text. 其中 ${sensitive} 条敏感记忆在导出内容中是明文。\n`,
    );
  if (locked > 0)
    process.stderr.write(
      `${locked} sensitive memories are locked and were left out; their key is not here. 另有 ${locked} 条敏感记忆已锁定（没有密钥），未导出。\n`,
    );
}

function refuse(path: string, cause: unknown): never {
  const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown reason';
  const remedy =
    reason === 'EEXIST' ? 'is there already; name another file, or say --overwrite' : `cannot be written (${reason})`;
  throw new AppError('BAD_REQUEST', `${JSON.stringify(path.slice(0, 200))} ${remedy}`, {}, { cause });
}
