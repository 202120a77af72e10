import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';

export interface UpdateServer {
  feed: URL;
  /** What lies there, by name; a function answers in its own way. */
  files: Map<string, Buffer | string | ((request: IncomingMessage, response: ServerResponse) => void)>;
  /** The names that were asked for, in order. */
  asked: string[];
  headers: IncomingMessage['headers'][];
  stop(): Promise<void>;
}

/** A real server for updates on this machine, over TLS unless a test wants it plain. */
export async function startUpdateServer({ plain = false } = {}): Promise<UpdateServer> {
  const files: UpdateServer['files'] = new Map();
  const asked: string[] = [];
  const headers: UpdateServer['headers'] = [];
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const name = (request.url ?? '').replace(/^\/feed\//, '');
    asked.push(name);
    headers.push(request.headers);
    const file = files.get(name);
    if (file === undefined) return response.writeHead(404).end();
    if (typeof file === 'function') return file(request, response);
    return response.writeHead(200, { 'content-length': Buffer.byteLength(file) }).end(file);
  };
  const server: Server = plain ? createServer(answer) : (createSecureServer(trusted(), answer) as Server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    feed: new URL(`${plain ? 'http' : 'https'}://127.0.0.1:${port}/feed/`),
    files,
    asked,
    headers,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export const newKey = (): { publicKey: KeyObject; privateKey: KeyObject } => generateKeyPairSync('ed25519');

let certificate: { key: string; cert: string } | null | undefined;

/** Null where there is no openssl to make a certificate. */
export function canServeSecurely(): boolean {
  certificate ??= makeCertificate();
  return certificate !== null;
}

/** This process trusts the certificate from here on, as a machine trusts those of the web. */
function trusted(): { key: string; cert: string } {
  if (!canServeSecurely() || !certificate) throw new Error('there is no certificate to serve with');
  setDefaultCACertificates([...getCACertificates('default'), certificate.cert]);
  return certificate;
}

function makeCertificate(): { key: string; cert: string } | null {
  const what = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'];
  const whose = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const { status, stdout } = spawnSync('openssl', ['req', ...what, ...whose, '-keyout', '-', '-out', '-'], {
    encoding: 'utf8',
  });
  const [key, cert] = ['PRIVATE KEY', 'CERTIFICATE'].map(
    (kind) => new RegExp(`-----BEGIN ${kind}-----[^]+?-----END ${kind}-----`).exec(stdout ?? '')?.[0],
  );
  return status === 0 && key && cert ? { key, cert } : null;
}
