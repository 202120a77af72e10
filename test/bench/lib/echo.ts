import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Starts the echo peer as a process of its own. */
export async function startEcho(): Promise<{ url: string; pid: number; startedMs: number; stop(): Promise<void> }> {
  const begun = performance.now();
  const child = spawn(process.execPath, [fileURLToPath(new URL('./echo-server.ts', import.meta.url))], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.stdout.setEncoding('utf8').once('data', resolve);
  });
  const startedMs = performance.now() - begun;
  const { url, pid } = JSON.parse(line) as { url: string; pid: number };
  return {
    url,
    pid,
    startedMs,
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}
