import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Peer {
  url: string;
  pid: number;
  startedMs: number;
  stop(): Promise<void>;
}

/** Starts the echo peer as a process of its own. */
export const startEcho = (): Promise<Peer> => startPeer(new URL('./echo-server.ts', import.meta.url));

/** Starts the peer of socket mode as a process of its own. */
export const startWsServer = (): Promise<Peer> => startPeer(new URL('./ws-server.ts', import.meta.url));

async function startPeer(program: URL): Promise<Peer> {
  const begun = performance.now();
  const child = spawn(process.execPath, [fileURLToPath(program)], {
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
