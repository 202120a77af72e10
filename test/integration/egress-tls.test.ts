import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEgress, type Egress } from '../../src-main/core/foundation/egress/index.ts';
import { createLogger, createSecretRegistry } from '../../src-main/core/foundation/logger.ts';
import { makeCertificate } from '../fakes/certificate.ts';

const certificate = makeCertificate();
if (!certificate) console.info('left out: calling out over TLS, because openssl is not there to make a certificate');

describe.skipIf(!certificate)('a call over TLS', () => {
  let server: Server;
  let port: number;
  let egress: Egress;
  const seen: (string | undefined)[] = [];

  beforeAll(async () => {
    server = createServer({ ...certificate }, (request, response) => {
      seen.push(request.url);
      if (request.url === '/down') response.writeHead(302, { location: `http://127.0.0.1:${port}/` }).end();
      else if (request.url === '/cut') request.socket.destroy();
      else if (request.url === '/on') response.writeHead(302, { location: `https://localhost:${port}/next` }).end();
      else response.end('words');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
    egress = createEgress({
      allowPrivate: [],
      logger: createLogger({ level: 'silent', secrets: createSecretRegistry(), write: () => {} }),
    });
  });
  afterAll(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });

  const get = (path: string, host = 'localhost') =>
    egress.send({
      url: `https://${host}:${port}${path}`,
      writtenBy: 'operator',
      method: 'GET',
      timeoutMs: 5_000,
      maxBytes: 1_000,
      maxRedirects: 2,
    });

  test('is not made to somebody who proves nothing, and nothing of ours has left', async () => {
    await expect(get('/')).rejects.toMatchObject({ name: 'EgressFailed', mayHaveArrived: false });
    expect(seen).toEqual([]);
  });

  describe('to somebody who proves who he is', () => {
    const before = getCACertificates('default');
    beforeAll(() => setDefaultCACertificates([...before, certificate?.cert ?? '']));
    afterAll(() => setDefaultCACertificates(before));

    test('brings the answer', async () => expect((await get('/')).body.toString()).toBe('words'));

    test('is not made where he proves to be another', async () => {
      await expect(get('/', '127.0.0.1')).rejects.toMatchObject({ name: 'EgressFailed', mayHaveArrived: false });
    });

    test('may have arrived where the answer is cut off', async () => {
      await expect(get('/cut')).rejects.toMatchObject({ name: 'EgressFailed', mayHaveArrived: true });
    });

    test('is never sent on to where nobody proves who he is', async () => {
      await expect(get('/down')).rejects.toMatchObject({
        reason: 'redirect',
        message: 'not called, because it was sent on to where nobody proves who he is',
      });
    });

    test('is sent on within TLS', async () => {
      seen.length = 0;
      expect((await get('/on')).body.toString()).toBe('words');
      expect(seen).toEqual(['/on', '/next']);
    });
  });
});
