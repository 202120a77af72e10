import type { Step } from '../../core/backup/index.ts';
import { Interrupted } from './hidden-prompt.ts';

/** What takes long on the command line. */
export interface LongStep extends Omit<Step, 'doing'> {
  doing: Step['doing'] | 'import' | 'erase' | 'sweep' | 'send' | 'compare';
}

const words: Record<LongStep['doing'], string> = {
  copy: 'Copying and checking the database / 正在复制并检查数据库',
  write: 'Encrypting / 正在加密',
  read: 'Reading and checking / 正在读取并检查',
  look: 'Looking through the database / 正在检查数据库',
  put: 'Putting everything in place / 正在就位',
  send: 'Sending to the server, Ctrl-C stops it / 正在发送到服务器，按 Ctrl-C 停止',
  compare: 'Reading back and comparing / 正在读回并核对',
  erase: 'Erasing, Ctrl-C stops it / 正在清除，按 Ctrl-C 停止',
  sweep: 'Writing the database anew and replacing its copies / 正在重写数据库并替换副本',
  import: 'Reading and bringing in, Ctrl-C stops it / 正在读取并导入，按 Ctrl-C 停止',
};

/** Something that takes long: how far it has come is told on standard error, and it ends in order when asked to. */
export interface LongWork {
  signal: AbortSignal;
  onStep(step: LongStep): void;
}

/**
 * Runs something long. Ctrl-C and SIGTERM make it stop and clear up; at a terminal one line counts, elsewhere each part
 * is told once.
 *
 * @throws Interrupted
 */
export async function longWork<T>(
  work: (long: LongWork) => Promise<T>,
  { output = process.stderr }: { output?: { isTTY?: boolean; write(text: string): unknown } } = {},
): Promise<T> {
  const ending = new AbortController();
  const stop = () => ending.abort(new Interrupted());
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const name of signals) process.on(name, stop);
  let line = '';
  const onStep = ({ doing, done, total }: LongStep): void => {
    const percent = total > 1 ? ` ${Math.floor((100 * done) / total)} %` : '';
    const next = output.isTTY === true ? `${words[doing]}${percent}` : words[doing];
    if (next === line) return;
    line = next;
    output.write(output.isTTY === true ? `\r\u001b[K${line}` : `${line}\n`);
  };
  try {
    return await work({ signal: ending.signal, onStep });
  } finally {
    for (const name of signals) process.off(name, stop);
    if (output.isTTY === true && line !== '') output.write('\r\u001b[K');
  }
}
