import { expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { residentMb } from '../bench/lib/process-use.ts';
import { openIdleSockets } from '../fakes/idle-sockets.ts';
import { leaveOut } from '../fakes/leave-out.ts';
import { startProduct } from '../fakes/product.ts';
import { openTestSocket } from '../fakes/test-socket.ts';
import { startWeb } from '../fakes/web.ts';

const count = 1_000;
const warmUp = 200;
const noProc = process.platform === 'linux' ? null : 'memory of a process is read in /proc, which only Linux has';

test('a thousand sockets that say nothing cost little memory, and each is acknowledged when it speaks', {
  timeout: 60_000,
}, async ({ task }) => {
  if (noProc) return leaveOut(task, noProc);
  const product = await startProduct({ from: 'bundle' });
  try {
    await (await openIdleSockets(product.wsUrl, warmUp, product.token)).closeAll();
    const before = residentMb(product.pid);
    const idle = await openIdleSockets(product.wsUrl, count, product.token);
    // Under 8 KB where ten thousand are measured; a cache or a queue for each would be 30 more.
    expect(((residentMb(product.pid) - before) * 1024) / count).toBeLessThan(30);

    const acks = await Promise.all(idle.sockets.map((socket, index) => ackOf(socket, `m${index}`)));
    expect(acks).toEqual(acks.map((_, index) => ({ type: 'ack', external_id: `m${index}`, duplicate: false })));
    await idle.closeAll();
  } finally {
    await product.stop();
  }
});

function ackOf(socket: WebSocket, externalId: string): Promise<Record<string, unknown>> {
  const ack = new Promise<Record<string, unknown>>((resolve) =>
    socket.on('message', (data: Buffer) => {
      const { id, ...frame } = JSON.parse(data.toString('utf8')) as Record<string, unknown>;
      if (frame['type'] !== 'reply' && id !== undefined) resolve(frame);
    }),
  );
  socket.send(
    JSON.stringify({ sender_id: externalId, external_id: externalId, content: 'The key is in the blue box' }),
  );
  return ack;
}

test('a thousand sockets get their pings and stay, and beyond the limit of connections nobody gets in', {
  timeout: 60_000,
}, async () => {
  const web = await startWeb({
    socketRoute: { accept: () => {} },
    socketLimits: { heartbeatMs: 1_500 },
    limits: { maxConnections: count },
  });
  const { url } = await web.web.listenForSockets({ host: '127.0.0.1', port: 0 });
  try {
    const idle = await openIdleSockets(url, count, web.tokens.operator);
    await expect(openTestSocket(url)).rejects.toThrow();
    const from = idle.pings;
    await expect.poll(() => idle.pings - from, { timeout: 20_000 }).toBeGreaterThanOrEqual(3 * count);
    expect(idle.closed).toBe(0);
    idle.sockets[0]?.terminate();
    await expect
      .poll(
        () =>
          openTestSocket(url).then(
            () => true,
            () => false,
          ),
        { timeout: 10_000 },
      )
      .toBe(true);
  } finally {
    await web.stop();
  }
});
