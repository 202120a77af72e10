// The recipes of packaging/proxy before the real web server: what works without a proxy works behind one, and no request
// reads differently to the two of them.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { WebSocket } from 'ws';
import type { HttpRoute } from '../../src-main/core/foundation/http-route.ts';
import { freePort } from '../fakes/product.ts';
import { startWeb, type TestWeb } from '../fakes/web.ts';

const name = 'assistant.example';
const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'clawdbot-proxy-'));
const has = (program: string, flag: string) => spawnSync(program, [flag]).status === 0;

/** What the web server took for requests of their own. */
const taken: string[] = [];
const secret = 'a secret that only the two of them know';

const httpRoutes: HttpRoute[] = [
  {
    method: 'POST',
    path: '/api/messages',
    maxBytes: 1024 * 1024,
    access: 'signature',
    handle: async ({ body, headers }) => {
      const signature = createHmac('sha256', secret).update(body).digest('hex');
      const isSigned = headers['x-signature'] === signature;
      taken.push(isSigned ? 'signed' : 'unsigned');
      return { status: isSigned ? 202 : 401, body: { bytes: body.length } };
    },
  },
  {
    method: 'GET',
    path: '/smuggled',
    maxBytes: 0,
    access: 'signature',
    handle: async () => {
      taken.push('smuggled');
      return { status: 200, body: { smuggled: true } };
    },
  },
];

let web: TestWeb;
let certificate: string;
beforeAll(async () => {
  web = await startWeb({ httpRoutes, names: [name], socketRoute: { accept() {} } });
  certificate = makeCertificate();
});
afterAll(async () => {
  await web.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A file with key and certificate for the name, signed by itself. */
function makeCertificate(): string {
  const file = (kind: string) => join(folder, `${kind}.pem`);
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const out = [
    '-subj',
    `/CN=${name}`,
    '-addext',
    `subjectAltName=DNS:${name}`,
    '-keyout',
    file('key'),
    '-out',
    file('cert'),
  ];
  const { status, stderr } = spawnSync('openssl', [...args, ...out], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`openssl made no certificate: ${stderr}`);
  writeFileSync(file('both'), readFileSync(file('cert'), 'utf8') + readFileSync(file('key'), 'utf8'), { mode: 0o600 });
  return readFileSync(file('cert'), 'utf8');
}

interface Proxy {
  title: string;
  package: string;
  isThere: boolean;
  /** Writes the recipe with our ports and paths, and answers the command that serves it in the foreground. */
  command(port: number): readonly [program: string, ...args: string[]];
}

const proxies: Proxy[] = [
  {
    title: 'nginx',
    package: 'nginx-light',
    isThere: has('nginx', '-v'),
    command(port) {
      const site = recipe('nginx.conf', [
        ['listen 443 ssl;', `listen 127.0.0.1:${port} ssl;`],
        ['/etc/ssl/certs/assistant.example.pem', join(folder, 'cert.pem')],
        ['/etc/ssl/private/assistant.example.key', join(folder, 'key.pem')],
      ]);
      const scratch = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
      writeFileSync(
        join(folder, 'main.conf'),
        `daemon off; pid ${folder}/nginx.pid; error_log stderr; events { }
         http { access_log off; ${scratch.map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ')}
         include ${site}; }`,
      );
      return ['nginx', '-e', 'stderr', '-c', join(folder, 'main.conf')];
    },
  },
  {
    title: 'HAProxy',
    package: 'haproxy',
    isThere: has('haproxy', '-v'),
    command(port) {
      const file = recipe('haproxy.cfg', [
        ['bind :443', `bind 127.0.0.1:${port}`],
        ['/etc/ssl/private/assistant.example.pem', join(folder, 'both.pem')],
      ]);
      return ['haproxy', '-db', '-f', file];
    },
  },
];

/** A copy of a shipped recipe that leads to the web server under test; each replacement has to be there. */
function recipe(file: string, replacements: readonly (readonly [string, string])[]): string {
  let text = readFileSync(join(root, 'packaging/proxy', file), 'utf8');
  for (const [from, to] of [...replacements, ['server 127.0.0.1:8000', `server 127.0.0.1:${web.port}`] as const]) {
    // HAProxy names its servers.
    const at = text.includes(from) ? from : from.replace('server', 'server local');
    if (!text.includes(at)) throw new Error(`packaging/proxy/${file} has no ${from}`);
    text = text.replace(at, at === from ? to : to.replace('server', 'server local'));
  }
  const copy = join(folder, file);
  writeFileSync(copy, text);
  return copy;
}

describe.each(proxies)('behind $title', ({ title, package: debian, isThere, command }) => {
  let port = 0;
  let proxy: ChildProcess | null = null;
  let said = '';

  beforeAll(async () => {
    if (!isThere) return;
    port = await freePort();
    const [program, ...args] = command(port);
    proxy = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    proxy.stderr?.on('data', (chunk) => {
      said += chunk;
    });
    await untilServed();
  });
  afterAll(async () => {
    if (proxy?.exitCode !== null) return;
    const ended = new Promise((resolve) => proxy?.once('exit', resolve));
    proxy.kill('SIGTERM');
    await ended;
  });

  async function untilServed(): Promise<void> {
    for (const started = Date.now(); ; await new Promise((resolve) => setTimeout(resolve, 100))) {
      const answer = await ask('GET', '/api/v1/health').catch(() => null);
      if (answer?.status === 200) return;
      if (Date.now() - started > 10_000) throw new Error(`${title} serves nothing: ${said}`);
    }
  }

  const needsProxy = ({ task, skip }: TestContext) => {
    if (isThere) return;
    Object.assign(task.meta, { leftOut: `${title} is not there (Debian: apt-get install ${debian})` });
    skip();
  };

  function ask(method: string, path: string, headers: Record<string, string> = {}, body = '') {
    return new Promise<{ status: number; text: string }>((resolve, reject) => {
      const options = { host: '127.0.0.1', port, servername: name, ca: certificate, method, path };
      const sent = request({ ...options, agent: false, headers: { host: name, ...headers } }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  const json = { 'content-type': 'application/json' };
  const bearer = () => ({ authorization: `Bearer ${web.tokens.admin}` });

  test('messages keep their bytes and so their signature, tokens are read, and a page of the name is ours', async (context) => {
    needsProxy(context);
    const body = '{"sender_id":"ana",  "content":"明天三点 ☕"}';
    const signature = createHmac('sha256', secret).update(body).digest('hex');

    expect((await ask('POST', '/api/messages', { ...json, 'x-signature': signature }, body)).status).toBe(202);
    expect((await ask('POST', '/api/messages', { ...json, 'x-signature': 'f'.repeat(64) }, body)).status).toBe(401);
    expect((await ask('GET', '/api/v1/tokens', bearer())).status).toBe(200);
    expect((await ask('GET', '/api/v1/tokens')).status).toBe(401);
    expect((await ask('GET', '/api/v1/health', { origin: `https://${name}` })).status).toBe(200);
    expect((await ask('GET', '/api/v1/health', { origin: 'https://evil.example' })).status).toBe(403);
    expect((await ask('GET', '/api/v1/health', { host: 'evil.example' })).status).not.toBe(200);
  });

  test('sockets open and events arrive as they happen', async (context) => {
    needsProxy(context);
    const events = await openEvents();
    web.events.emit({ type: 'message', id: 'm1', conversation: 'c', state: 'stored' });
    expect(await events.next('m1')).toContain('m1');
    events.close();

    const socket = openRpc(`https://${name}`);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    socket.terminate();

    const foreign = openRpc('https://evil.example');
    foreign.on('error', () => {});
    const refused = await new Promise((resolve) =>
      foreign.once('unexpected-response', (_, answer) => resolve(answer.statusCode)),
    );
    expect(refused).toBe(403);
    foreign.terminate();
  });

  /** The address is looked up here, so that the certificate's name is the one asked for. */
  const openRpc = (origin: string) =>
    new WebSocket(`wss://${name}:${port}/rpc`, [], {
      ca: certificate,
      headers: { host: name },
      origin,
      lookup: (_name, _options, answer) => answer(null, [{ address: '127.0.0.1', family: 4 }]),
    });

  /** The stream of events, and what arrived of it so far. */
  async function openEvents() {
    const socket = await openSocket();
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.write(
      `GET /api/v1/events HTTP/1.1\r\nhost: ${name}\r\nauthorization: Bearer ${web.tokens.admin}\r\naccept: text/event-stream\r\n\r\n`,
    );
    await expect.poll(() => text).toContain('200');
    await expect.poll(() => web.events.readerCount).toBeGreaterThan(0);
    return {
      async next(part: string): Promise<string> {
        await expect.poll(() => text).toContain(part);
        return text;
      },
      close: () => socket.destroy(),
    };
  }

  const openSocket = () =>
    new Promise<TLSSocket>((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, servername: name, ca: certificate }, () => resolve(socket));
      socket.on('error', reject);
    });

  /** Writes bytes as they are; resolves with all that came back until it closed, or until it was silent. */
  async function exchange(bytes: string): Promise<string> {
    const socket = await openSocket();
    return new Promise((resolve) => {
      let text = '';
      const finish = () => {
        socket.destroy();
        resolve(text);
      };
      socket.setTimeout(700, finish);
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1');
      });
      socket.on('end', finish).on('error', finish);
      socket.write(bytes, 'latin1');
    });
  }

  const hidden = `GET /smuggled HTTP/1.1\r\nhost: ${name}\r\nx: `;
  const chunkedHidden = `0\r\n\r\n${hidden}`;
  const attacks: readonly (readonly [title: string, headers: string, body: string])[] = [
    ['a length and chunks', `content-length: ${chunkedHidden.length}\r\ntransfer-encoding: chunked`, chunkedHidden],
    ['chunks and a length', `transfer-encoding: chunked\r\ncontent-length: 4`, `5c\r\n${hidden}\r\n0\r\n\r\n`],
    ['two lengths', `content-length: 0\r\ncontent-length: ${hidden.length}`, hidden],
    ['two lengths in one', `content-length: 0, ${hidden.length}`, hidden],
    ['a length with a sign', `content-length: +0`, hidden],
    ['a length in hexadecimal', `content-length: 0x0`, hidden],
    ['a length after a space', `content-length : ${hidden.length}`, hidden],
    [
      'an encoding after a space',
      `transfer-encoding : chunked\r\ncontent-length: ${chunkedHidden.length}`,
      chunkedHidden,
    ],
    [
      'an encoding after a tab',
      `transfer-encoding:\tchunked\r\ncontent-length: ${chunkedHidden.length}`,
      chunkedHidden,
    ],
    [
      'an encoding after a vertical tab',
      `transfer-encoding:\x0bchunked\r\ncontent-length: ${chunkedHidden.length}`,
      chunkedHidden,
    ],
    ['an unknown encoding', `transfer-encoding: xchunked\r\ncontent-length: ${chunkedHidden.length}`, chunkedHidden],
    ['an encoding in quotes', `transfer-encoding: "chunked"\r\ncontent-length: ${chunkedHidden.length}`, chunkedHidden],
    [
      'chunked and identity',
      `transfer-encoding: chunked, identity\r\ncontent-length: ${chunkedHidden.length}`,
      chunkedHidden,
    ],
    ['chunked twice', `transfer-encoding: chunked\r\ntransfer-encoding: chunked`, chunkedHidden],
    [
      'an encoding on a folded line',
      `transfer-encoding:\r\n chunked\r\ncontent-length: ${chunkedHidden.length}`,
      chunkedHidden,
    ],
    [
      'an encoding behind a bare line feed',
      `y: z\ntransfer-encoding: chunked\r\ncontent-length: ${chunkedHidden.length}`,
      chunkedHidden,
    ],
    [
      'an encoding behind a bare carriage return',
      `y: z\rtransfer-encoding: chunked\r\ncontent-length: ${chunkedHidden.length}`,
      chunkedHidden,
    ],
    [
      'an encoding behind a zero',
      `y: z\0\r\ntransfer-encoding: chunked\r\ncontent-length: ${chunkedHidden.length}`,
      chunkedHidden,
    ],
    ['a chunk size that wraps', `transfer-encoding: chunked`, `10000000000000000\r\n${hidden}`],
    ['a chunk size with a sign', `transfer-encoding: chunked`, `-0\r\n\r\n${hidden}`],
    ['a chunk size with a prefix', `transfer-encoding: chunked`, `0x0\r\n\r\n${hidden}`],
    ['a chunk that ends in a bare line feed', `transfer-encoding: chunked`, `1;\n${hidden}\r\n0\r\n\r\n`],
    ['a trailer that is a request', `transfer-encoding: chunked`, `0\r\n${hidden}\r\n\r\n`],
    ['a length that the connection swallows', `connection: content-length\r\ncontent-length: ${hidden.length}`, hidden],
    ['an expectation never met', `expect: 100-continue\r\ncontent-length: ${hidden.length}`, hidden],
  ];

  test(`no request hides in another: ${attacks.length}/${attacks.length}, and each answer belongs to its question`, async (context) => {
    needsProxy(context);
    taken.length = 0;
    const wrong: string[] = [];
    for (const [attack, headers, body] of attacks) {
      await exchange(
        `POST /api/messages HTTP/1.1\r\nhost: ${name}\r\ncontent-type: application/json\r\n${headers}\r\n\r\n${body}`,
      );
      // Whoever comes next on the proxy's connection must not get the answer to what somebody hid there.
      for (let index = 0; index < 3; index++) {
        const { status, text } = await ask('GET', `/api/v1/missing-${index}`, bearer());
        if (status !== 404 || text.includes('smuggled')) wrong.push(`${attack}: ${status} ${text.slice(0, 80)}`);
      }
      if (taken.includes('smuggled')) wrong.push(`${attack}: a hidden request was served`);
      taken.length = 0;
    }
    expect(wrong).toEqual([]);
    expect(said).not.toMatch(/emerg|ALERT/);
  }, 240_000);

  test('the canary of that test is found when it is asked for openly', async (context) => {
    needsProxy(context);
    taken.length = 0;
    expect((await exchange(`${hidden}y\r\n\r\n`)).toLowerCase()).toContain('smuggled');
    expect(taken).toEqual(['smuggled']);
  });
});
