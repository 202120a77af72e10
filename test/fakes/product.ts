import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { sourceFlags } from '../../scripts/project.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const bundle = join(root, 'dist/main/headless.js');
/**
 * What Node is given to run the product: its sources, or the bundle where a whole run has just built it (scripts/test.ts),
 * which starts in a third of the time.
 */
export const productArgs: readonly string[] =
  process.env['CLAWDBOT_TEST_BUNDLE'] === '1'
    ? [bundle]
    : [...sourceFlags, join(root, 'src-main/hosts/headless/main.ts')];

/** What starts the product as built: the bundle, or the packed program that `npm run e2e -- --packed` names. */
export function builtProgram(nodeArgs: readonly string[] = []): [command: string, ...args: string[]] {
  const packed = process.env['CLAWDBOT_PACKED_PROGRAM'];
  return packed ? [packed] : [process.execPath, ...nodeArgs, ...(existsSync(bundle) ? [bundle] : productArgs)];
}

export const webhookSecret = 'webhook secret of the tests';

export interface ProductOptions {
  /** Kept after `stop` when given; otherwise a fresh folder that goes with the product. */
  dataDir?: string;
  /** Merged over the tests' own configuration, section by section. */
  config?: Record<string, unknown>;
  args?: string[];
  /** Leaves config.yaml as it is. */
  keepConfig?: boolean;
  env?: Record<string, string>;
  /** For Node itself, for example --cpu-prof. */
  nodeArgs?: string[];
  /** The bundle starts in half the time, but only says something about the sources right after a build. */
  from?: 'sources' | 'bundle';
  /** Another program than the product, for controls. */
  program?: string;
  startTimeoutMs?: number;
}

export interface Product {
  url: string;
  /** Socket mode's own port. */
  wsUrl: string;
  token: string;
  pid: number;
  dataDir: string;
  socketPort: number;
  /** Everything written to standard error so far. */
  logs(): string;
  /** SIGTERM; answers the exit code. */
  stop(): Promise<number>;
  /** SIGKILL. */
  kill(): Promise<void>;
  signal(name: NodeJS.Signals): void;
  exited: Promise<number | null>;
}

/** The product could not start: what it said, and its exit code. */
export class StartFailed extends Error {
  readonly exitCode: number | null;
  readonly stderr: string;
  constructor(exitCode: number | null, stderr: string) {
    super(`the product ended with ${exitCode}: ${stderr.slice(0, 2000)}`);
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}

/** Starts the real product as a process of its own on free ports, and waits until it takes messages. */
export async function startProduct(options: ProductOptions = {}): Promise<Product> {
  const { config = {}, args = [], env = {}, nodeArgs = [], from = 'sources', startTimeoutMs = 20_000 } = options;
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'clawdbot-test-'));
  const socketPort = await freePort();
  if (!options.keepConfig) writeConfig(dataDir, config, socketPort);
  const [command, ...before] =
    from === 'bundle' && options.program === undefined
      ? builtProgram(nodeArgs)
      : [process.execPath, ...nodeArgs, ...(options.program ? [options.program] : productArgs)];
  const child = spawn(command, [...before, 'serve', '--data', dataDir, '--port', '0', '--json', ...args], {
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-200_000);
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const removeFolder = () => {
    if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
  };
  const ready = await readyLine(child, exited, startTimeoutMs, () => stderr).catch((error: unknown) => {
    child.kill('SIGKILL');
    removeFolder();
    throw error;
  });
  return {
    url: ready.url,
    wsUrl: `ws://127.0.0.1:${socketPort}/`,
    token: ready.token,
    pid: ready.pid,
    dataDir,
    socketPort,
    exited,
    logs: () => stderr,
    signal: (name) => void child.kill(name),
    async stop() {
      child.kill('SIGTERM');
      const code = await exited;
      removeFolder();
      return code ?? -1;
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

interface Ready {
  ready: true;
  url: string;
  token: string;
  pid: number;
}

function readyLine(
  child: ChildProcess,
  exited: Promise<number | null>,
  timeoutMs: number,
  stderr: () => string,
): Promise<Ready> {
  return new Promise((resolve, reject) => {
    let stdout = '';
    const timer = setTimeout(
      () => reject(new Error(`the product was not ready after ${timeoutMs} ms: ${stderr()}`)),
      timeoutMs,
    );
    const done = (settle: () => void) => {
      clearTimeout(timer);
      settle();
    };
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      const end = stdout.indexOf('\n');
      if (end >= 0) done(() => resolve(JSON.parse(stdout.slice(0, end)) as Ready));
    });
    void exited.then((code) => setTimeout(() => done(() => reject(new StartFailed(code, stderr()))), 20));
  });
}

function writeConfig(dataDir: string, config: Record<string, unknown>, socketPort: number): void {
  const base: Record<string, unknown> = {
    app: { locale: 'en', timezone: 'UTC' },
    platforms: { webhook: { enabled: true, secret: webhookSecret }, socket: { enabled: true, port: socketPort } },
  };
  writeFileSync(join(dataDir, 'config.yaml'), stringify(merge(base, config)), { mode: 0o600 });
}

function merge(base: Record<string, unknown>, over: Record<string, unknown>): Record<string, unknown> {
  const merged = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isRecord(below) && isRecord(value) ? merge(below, value) : value;
  }
  return merged;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
