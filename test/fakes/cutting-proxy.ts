import { connect as connectTo, createServer, type Server, type Socket } from 'node:net';

/** A wire between a client and a server that, once told to, is cut now and then, at any byte. */
export interface CuttingProxy {
  port: number;
  cuts: number;
  beginCutting(): void;
  /** Lets nothing through any more, and cuts nothing: as a server that hangs. */
  hold(): void;
  /** Lets everything through from now on. */
  mend(): void;
  close(): Promise<void>;
}

/**
 * Hands bytes on to `port` of this machine. After between `least` and `most` bytes of either direction both ends are cut,
 * so that an answer may be lost of which the server knows that it was given.
 */
export function openCuttingProxy(
  port: number,
  { least, most }: { least: number; most: number },
): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  let isCutting = false;
  let isHeld = false;
  const server: Server = createServer((client) => {
    const upstream = connectTo({ port, host: '127.0.0.1' });
    let left = least + Math.floor(Math.random() * (most - least));
    const cut = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('error', cut).on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.on('data', (bytes) => {
        if (isHeld) return;
        if (isCutting) left -= bytes.length;
        if (left > 0 || !isCutting) return void to.write(bytes);
        proxy.cuts++;
        cut();
      });
    }
  });
  const proxy: CuttingProxy = {
    port: 0,
    cuts: 0,
    beginCutting() {
      isCutting = true;
    },
    hold() {
      isHeld = true;
    },
    mend() {
      isCutting = false;
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      proxy.port = (server.address() as { port: number }).port;
      resolve(proxy);
    });
  });
}
