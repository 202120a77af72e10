import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLogger, createSecretRegistry } from '../logger.ts';
import type { Address } from './destination.ts';
import { createEgress, type OutgoingRequest } from './egress.ts';
import { EgressFailed } from './egress-failure.ts';
import { reachOf } from './reach.ts';
import { sendOnce } from './send-once.ts';

export const silent = createLogger({ level: 'silent', secrets: createSecretRegistry(), write: () => {} });

/** A server on a free port of this machine, and what it was asked for. */
export async function startServer(listener: RequestListener, host = '127.0.0.1') {
  const hits: string[] = [];
  // As in the product: imported statically, node:http would bring a WebSocket client along.
  const server = process.getBuiltinModule('node:http').createServer((request, response) => {
    hits.push(`${request.method} ${request.url}`);
    listener(request, response);
  });
  server.on('connection', (socket) => socket.on('error', () => socket.destroy()));
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    hits,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const v4 = (address: string): Address => ({ address, family: 4 });

/** Names as they lead somewhere in these tests; a list is given out one by one, one for each look-up. */
export const open = (names: Record<string, Address[][]> = {}, allowPrivate: string[] = []) => {
  const lines: string[] = [];
  const asked: string[] = [];
  /** Addresses on the internet that would have been called; a test calls nobody there. */
  const called: string[] = [];
  const egress = createEgress({
    allowPrivate,
    logger: createLogger({ level: 'debug', secrets: createSecretRegistry(), write: (line) => lines.push(line) }),
    exchange: (destination, parts, bounds) => {
      if (destination.addresses.every(({ address }) => reachOf(address) !== 'public'))
        return sendOnce(destination, parts, bounds);
      called.push(...destination.addresses.map(({ address }) => address));
      return Promise.reject(new EgressFailed('nobody is called', { mayHaveArrived: false }));
    },
    resolve: async (name) => {
      asked.push(name);
      const answers = names[name];
      const found = answers && answers.length > 1 ? answers.shift() : answers?.[0];
      if (!found) throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
      return found;
    },
  });
  return { ...egress, asked, called, lines };
};

export const get = (url: string, more: Partial<OutgoingRequest> = {}): OutgoingRequest => ({
  url,
  writtenBy: 'anyone',
  method: 'GET',
  timeoutMs: 2_000,
  maxBytes: 1_000,
  maxRedirects: 3,
  ...more,
});
