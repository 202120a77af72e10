import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as z from 'zod';

const Ready = z.object({ ready: z.literal(true), url: z.url(), token: z.string(), pid: z.number() });

const isWindows = process.platform === 'win32';
const startLimitMs = 20_000;
const stopLimitMs = 12_000;

/** Starts a packed folder, asks for its health and its page, and ends it. Throws with what it said when it does not behave. */
export function smokeTest(folder: string, data: string): Promise<{ readyMs: number }> {
  const program = join(folder, 'bin', isWindows ? 'node.exe' : 'node');
  // An empty PATH: whatever it needs it must bring along.
  return tryProgram([program, join(folder, 'bin/clawdbot.mjs')], data, { cwd: folder, path: '' });
}

/** The same for a program that is started by one command. */
export async function tryProgram(
  [program = '', ...before]: readonly string[],
  data: string,
  { cwd, path }: { cwd: string; path: string },
): Promise<{ readyMs: number }> {
  const started = performance.now();
  const product = spawn(program, [...before, 'serve', '--data', data, '--port', '0', '--json'], {
    cwd,
    env: { PATH: path, ...(isWindows ? { SYSTEMROOT: process.env['SYSTEMROOT'] } : {}) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  product.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4000);
  });
  try {
    const { url } = Ready.parse(JSON.parse(await firstLine(product)));
    const readyMs = performance.now() - started;
    await expectOk(`${url}/api/v1/health`);
    await expectOk(`${url}/`);
    await endWith(product, 0);
    return { readyMs };
  } catch (cause) {
    throw new Error(
      `the packed copy does not work: ${cause instanceof Error ? cause.message : String(cause)}\n${said}`,
      { cause },
    );
  } finally {
    product.kill('SIGKILL');
  }
}

async function firstLine(product: ChildProcess): Promise<string> {
  if (!product.stdout) throw new Error('standard output is not a pipe');
  const lines = createInterface({ input: product.stdout });
  const signal = AbortSignal.timeout(startLimitMs);
  const ended = once(product, 'exit', { signal }).then(([code]) => {
    throw new Error(`it ended with ${code} before it was ready`);
  });
  const [line] = await Promise.race([once(lines, 'line', { signal }), ended]);
  return String(line);
}

async function expectOk(url: string): Promise<void> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  await response.body?.cancel();
}

async function endWith(product: ChildProcess, expected: number): Promise<void> {
  const exit = once(product, 'exit', { signal: AbortSignal.timeout(stopLimitMs) });
  product.kill('SIGTERM');
  const [code] = await exit;
  // Windows knows no SIGTERM: there a process is ended from outside and has no code of its own to give.
  if (!isWindows && code !== expected) throw new Error(`it ended with ${code} after SIGTERM`);
}
