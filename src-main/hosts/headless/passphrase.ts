import { open } from 'node:fs/promises';
import { AppError } from '../../core/foundation/app-error.ts';
import { WrongUsage } from './cli-options.ts';
import { askHidden, type Terminal } from './hidden-prompt.ts';

const leastWeight = 8;
const mostLength = 1024;
const mostFileBytes = 16 * 1024;

interface PassphraseSources {
  file: string | undefined;
  env?: Readonly<Record<string, string | undefined>>;
  terminal?: Terminal;
  /** A new one is asked for twice, and has to be long enough to keep. */
  isNew: boolean;
  signal: AbortSignal;
}

/**
 * The passphrase of a backup: from a file, else from the environment, else from whoever sits at the terminal. Never from
 * the command line, which every program of the machine can read.
 *
 * @throws WrongUsage where there is none, AppError where it cannot be used
 */
export async function readPassphrase(sources: PassphraseSources): Promise<string> {
  const {
    file,
    env = process.env,
    terminal = { input: process.stdin, output: process.stderr },
    isNew,
    signal,
  } = sources;
  const given = file === undefined ? env['CLAWDBOT_BACKUP_PASSPHRASE'] : await readFileOf(file);
  if (given !== undefined) return judged(given, isNew);
  if (terminal.input.isTTY !== true) {
    throw new WrongUsage(
      'there is no passphrase and nobody to ask: set CLAWDBOT_BACKUP_PASSPHRASE, or name a file with --passphrase-file',
    );
  }
  return askFor(terminal, isNew, signal);
}

async function askFor(terminal: Terminal, isNew: boolean, signal: AbortSignal): Promise<string> {
  const first = judged(await askHidden('Passphrase / 口令: ', terminal, signal), isNew);
  if (!isNew) return first;
  const again = await askHidden('Once more / 再输入一次: ', terminal, signal);
  if (again === first) return first;
  throw new AppError('BAD_REQUEST', 'The two are not the same; nothing was written. Try again');
}

function judged(passphrase: string, isNew: boolean): string {
  const { length } = [...passphrase];
  if (length === 0)
    throw new AppError(
      'BAD_REQUEST',
      'The passphrase is empty; give one of eight characters or more (four in Chinese)',
    );
  if (length > mostLength) throw new AppError('BAD_REQUEST', `The passphrase is longer than ${mostLength} characters`);
  if (isNew && weightOf(passphrase) < leastWeight) {
    throw new AppError(
      'BAD_REQUEST',
      `The passphrase has ${length} characters and could be guessed; give eight or more (four in Chinese), best several words`,
    );
  }
  return passphrase;
}

/** There are so many more Chinese characters than letters that one of them is as hard to guess as two letters at least. */
const weightOf = (passphrase: string): number =>
  [...passphrase].reduce((sum, each) => sum + (each > '\u00ff' ? 2 : 1), 0);

/** As editors leave it: with a line end behind it, which is no part of it. */
async function readFileOf(path: string): Promise<string> {
  const name = JSON.stringify(path.slice(-200));
  const refuse = (why: string, cause?: unknown) =>
    new AppError('BAD_REQUEST', `The passphrase cannot be read from ${name}: ${why}`, {}, { cause });
  // A pipe, as `--passphrase-file <(pass show backup)` gives one, is as good as a file.
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw refuse((cause as NodeJS.ErrnoException).code ?? 'unknown reason', cause);
  });
  try {
    const info = await file.stat();
    if (info.isDirectory()) throw refuse('it is a folder');
    if (process.platform !== 'win32' && info.isFile() && (info.mode & 0o077) !== 0) {
      process.stderr.write(`clawdbot: others may read ${name}; run: chmod 600 ${path}\n`);
    }
    const parts: Buffer[] = [];
    for await (const part of file.createReadStream({ autoClose: false, end: mostFileBytes }) as AsyncIterable<Buffer>)
      parts.push(part);
    const bytes = Buffer.concat(parts);
    if (bytes.length > mostFileBytes) throw refuse(`it is larger than ${mostFileBytes} bytes`);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/\r?\n$/, '');
  } catch (cause) {
    if (cause instanceof TypeError) throw refuse('it is not UTF-8', cause);
    throw cause;
  } finally {
    await file.close();
  }
}
