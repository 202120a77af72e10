import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { root } from './project.ts';

export interface Finished {
  /** 128 + the signal's number when a signal ended it. */
  code: number;
  /** Both streams as they came; empty unless captured. */
  output: string;
  tookMs: number;
}

export interface RunOptions {
  /** `capture` keeps the output for later, `stderr` sends both streams there, `inherit` shows them as they are. */
  output: 'capture' | 'inherit' | 'stderr';
  /** Beside the environment of this process; undefined takes one out of it. */
  env?: Record<string, string | undefined>;
  cwd?: string;
}

/** What one child may leave in memory; a build that writes more is cut at the front, the end says what failed. */
const outputLimit = 4_000_000;
const streams: Record<RunOptions['output'], StdioOptions> = {
  capture: ['ignore', 'pipe', 'pipe'],
  inherit: 'inherit',
  stderr: ['inherit', 2, 2],
};
const running = new Set<ChildProcess>();

/** Runs a program to its end. It is started by name and arguments, never through a shell. */
export function run(command: string, args: readonly string[], options: RunOptions): Promise<Finished> {
  const started = performance.now();
  const child = spawn(command, args, {
    cwd: options.cwd ?? root,
    env: { ...process.env, ...options.env },
    stdio: streams[options.output],
  });
  running.add(child);
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-outputLimit);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => {
      running.delete(child);
      reject(new Error(`${command} does not start: ${cause.message}`, { cause }));
    });
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve({
        code: code ?? 128 + (signal ? constants.signals[signal] : 0),
        output,
        tookMs: performance.now() - started,
      });
    });
  });
}

/** Runs a script of Node with the Node of this process. */
export const runNode = (args: readonly string[], options: RunOptions) => run(process.execPath, args, options);

/** Ends the children when this process is told to end; their exit code then decides. Returns how to stop listening. */
export function endChildrenOnSignal(): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const end = (signal: NodeJS.Signals) => {
    for (const child of running) child.kill(signal);
    process.exitCode = 128 + constants.signals[signal];
  };
  for (const signal of signals) process.on(signal, end);
  return () => {
    for (const signal of signals) process.off(signal, end);
  };
}

export const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
