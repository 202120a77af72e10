import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
/** npm as a script of Node: on Windows its command is a batch file, which only a shell could start. */
const npm = process.env['npm_execpath'] ?? '';

let data: string;
let program: ChildProcessByStdio<null, Readable, null>;

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'clawdbot-start-'));
});
afterEach(async () => {
  if (program.exitCode === null && program.signalCode === null) program.kill('SIGKILL');
  await rm(data, { recursive: true, force: true });
});

/** Starts the product through npm and returns what it printed up to the line that says it is ready. */
async function startWith(...args: string[]): Promise<{ before: string[]; ready: { url: string; pid: number } }> {
  program = spawn(process.execPath, [npm, ...args, '--port', '0', '--data', data, '--json'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const before: string[] = [];
  for await (const line of createInterface({ input: program.stdout })) {
    if (line.startsWith('{')) return { before, ready: JSON.parse(line) };
    before.push(line);
  }
  throw new Error(`it ended before it was ready and said: ${before.join('\n')}`);
}

const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('the product that npm starts', { timeout: 60_000 }, () => {
  test.each([
    ['npm start', ['start', '--']],
    ['npm run clawdbot', ['run', 'clawdbot', '--', 'serve']],
  ])('with %s prints nothing before it is ready, and ends well when npm is told to stop', async (_, args) => {
    const { before, ready } = await startWith(...args);
    // npm prints two lines of its own, each after "> ", between empty ones.
    expect(before.filter((line) => line !== '' && !line.startsWith('> '))).toEqual([]);

    const health = await fetch(`${ready.url}/api/v1/health`);
    expect(health.status).toBe(200);
    await health.body?.cancel();

    const exit = once(program, 'exit');
    program.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
    expect(isRunning(ready.pid)).toBe(false);
  });
});
