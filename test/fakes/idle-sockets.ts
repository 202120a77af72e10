import { readFileSync } from 'node:fs';
import { WebSocket } from 'ws';

/** Fewer than may wait with their token at the product at once. */
const atOnce = 32;

/** How many sockets a process of this machine may hold beside the files it needs; each of both ends counts. */
export function socketRoom(wanted: number): number {
  const found = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
  return Math.min(wanted, Number(found?.[1] ?? 1024) - 500);
}

/** Opens sockets that prove themselves and then say nothing but answer pings. */
export async function openIdleSockets(url: string, count: number, token: string) {
  const sockets: WebSocket[] = [];
  let pings = 0;
  let closed = 0;
  let begun = 0;

  async function openOne(): Promise<void> {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    socket.on('ping', () => pings++);
    socket.on('close', () => closed++);
    await new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.once('open', resolve);
    });
    socket.send(JSON.stringify({ type: 'auth', token }));
    // Frames are read in order, so the answer to this one comes after the token was looked at.
    socket.ping();
    await new Promise((resolve) => socket.once('pong', resolve));
    sockets.push(socket);
  }

  async function lane(): Promise<void> {
    while (begun < count) {
      begun++;
      await openOne();
    }
  }

  await Promise.all(Array.from({ length: atOnce }, lane));
  return {
    sockets,
    get pings() {
      return pings;
    },
    get closed() {
      return closed;
    },
    async closeAll(): Promise<void> {
      for (const socket of sockets) socket.close();
      while (closed < sockets.length) await new Promise((resolve) => setTimeout(resolve, 20));
    },
  };
}
