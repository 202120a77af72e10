import { type ClientOptions, WebSocket } from 'ws';

export interface Closed {
  code: number;
  reason: string;
}

/** A WebSocket that keeps what it receives, for tests that look at frames. */
export async function openTestSocket(url: string, options: ClientOptions = {}) {
  const socket = new WebSocket(url, options);
  const frames: unknown[] = [];
  const waiting: ((frame: unknown) => void)[] = [];
  socket.on('message', (data: Buffer) => {
    const frame: unknown = JSON.parse(data.toString('utf8'));
    const next = waiting.shift();
    if (next) next(frame);
    else frames.push(frame);
  });
  const closed = new Promise<Closed>((resolve) =>
    socket.once('close', (code, reason) => resolve({ code, reason: reason.toString('utf8') })),
  );
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => socket.terminate());

  return {
    socket,
    closed,
    send: (frame: unknown) => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
    next: () =>
      new Promise<unknown>((resolve) => {
        const known = frames.shift();
        if (known === undefined) waiting.push(resolve);
        else resolve(known);
      }),
  };
}
