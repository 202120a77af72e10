import { connect } from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src-main/core/foundation/clock.ts';
import type { HttpRoute } from '../../src-main/core/foundation/http-route.ts';
import { parseJson } from '../../src-main/core/foundation/strict-json.ts';
import { hostileBodies } from '../fakes/hostile-bodies.ts';
import { exchange, raw, upgradeHeaders } from '../fakes/raw-http.ts';
import { startWeb } from '../fakes/web.ts';

/** Ways in as the core declares them; they answer what they read. */
const httpRoutes: HttpRoute[] = (['signature', 'operator'] as const).map((access) => ({
  method: 'POST',
  path: access === 'signature' ? '/api/messages' : '/api/v1/messages',
  maxBytes: 1024 * 1024,
  access,
  handle: async ({ body, remote, principal }) => ({
    status: 202,
    body: { read: parseJson(body), remote, role: principal?.role ?? null },
  }),
}));

// Started before the tests are declared, so that their titles can say how much there is.
const web = await startWeb({ httpRoutes, socketRoute: { accept() {} } });
const host = `host: 127.0.0.1:${web.port}`;
const bearer = `authorization: Bearer ${web.tokens.admin}`;
afterAll(() => web.stop());

const json = 'content-type: application/json';
const ask = (method: string, path: string, headers: readonly string[], body: string | Buffer = '') =>
  exchange(web.port, raw(method, path, [...headers, 'connection: close'], body));
const askUpgrade = (path: string, headers: readonly string[]) =>
  exchange(web.port, raw('GET', path, [...headers, ...upgradeHeaders]));

/** Every method and address that the server knows, with something in place of parameters. */
const everyRoute = web.web.routes.flatMap(({ methods, path }) =>
  methods.map((method) => ({ method, path: path.replace(/:\w+/g, 'x').replace('*', '') })),
);
const closed = everyRoute.filter(({ method, path }) =>
  web.web.routes.some(
    (route) =>
      route.path.replace(/:\w+/g, 'x').replace('*', '') === path &&
      route.methods.some((one) => one === method) &&
      route.access !== 'anyone' &&
      route.access !== 'signature',
  ),
);
const mutations = everyRoute.filter(({ method }) => method !== 'GET' && method !== 'HEAD');
const { sockets } = web.web;

describe('names this server is called by', () => {
  const wrong: Record<string, string[]> = {
    'a foreign name': ['host: evil.example'],
    'a name that begins like ours': ['host: 127.0.0.1.evil.example'],
    'a name that begins like ours, with our port': [`host: localhost.evil.example:${web.port}`],
    'another port': [`host: 127.0.0.1:${web.port + 1}`],
    'an unspecified address': [`host: 0.0.0.0:${web.port}`],
    'another loopback address': [`host: 127.0.0.2:${web.port}`],
    nothing: [],
    emptiness: ['host:'],
    'two names, ours first': [host, 'host: evil.example'],
    'two names, ours last': ['host: evil.example', host],
    'our name twice': [host, host],
  };
  const cells = Object.keys(wrong).length * (everyRoute.length + sockets.length);

  test(`every route and every socket refuses every wrong Host without a detail: ${cells}/${cells}`, async () => {
    const served: string[] = [];
    for (const [name, headers] of Object.entries(wrong)) {
      for (const { method, path } of everyRoute) {
        const { status, body } = await ask(method, path, [...headers, bearer]);
        if (status !== 421 || body.includes('evil') || body.includes(String(web.port)))
          served.push(`${method} ${path} for ${name}: ${status}`);
      }
      for (const path of sockets) {
        const { status } = await askUpgrade(path, headers);
        if (status !== 421) served.push(`${path} for ${name}: ${status}`);
      }
    }
    expect(served).toEqual([]);
  });

  test.each(['127.0.0.1', 'localhost', '[::1]', 'LOCALHOST'])('%s is ours, with the port and without', async (name) => {
    expect((await ask('GET', '/api/v1/health', [`host: ${name}:${web.port}`])).status).toBe(200);
    expect((await ask('GET', '/api/v1/health', [`host: ${name}`])).status).toBe(200);
  });

  test('a configured name is ours too', async () => {
    const named = await startWeb({ names: ['Assistant.example', 'proxy.example:9000'] });
    for (const name of ['assistant.example', `assistant.example:${named.port}`, 'proxy.example:9000']) {
      expect((await exchange(named.port, raw('GET', '/api/v1/health', [`host: ${name}`]))).status).toBe(200);
    }
    expect((await exchange(named.port, raw('GET', '/api/v1/health', ['host: assistant.example:1']))).status).toBe(421);
    const origin = 'origin: https://assistant.example';
    expect((await exchange(named.port, raw('GET', '/api/v1/health', ['host: assistant.example', origin]))).status).toBe(
      200,
    );
    await named.stop();
  });
});

describe('pages that send', () => {
  const foreign = [
    'http://evil.example',
    'null',
    'file://',
    `http://localhost:${web.port}.evil.example`,
    `http://127.0.0.1:${web.port + 1}`,
    `https://127.0.0.1:${web.port}`,
    `http://127.0.0.1:${web.port}/`,
    'http://localhost.evil.example',
    'chrome-extension://abcdefghijklmnop',
    '',
  ];

  test(`a socket is refused to every page that is not ours, before it opens: ${foreign.length * sockets.length}/${foreign.length * sockets.length}`, async () => {
    for (const path of sockets) {
      for (const origin of foreign)
        expect(`${origin} ${(await askUpgrade(path, [host, `origin: ${origin}`])).status}`).toBe(`${origin} 403`);
      for (const origin of [`http://127.0.0.1:${web.port}`, `http://localhost:${web.port}`]) {
        expect((await firstLine(path, [host, `origin: ${origin}`])).startsWith('HTTP/1.1 101')).toBe(true);
      }
      expect((await firstLine(path, [host])).startsWith('HTTP/1.1 101')).toBe(true);
    }
  });

  test(`every route refuses a page that is not ours, whatever it asks: ${everyRoute.length}/${everyRoute.length}`, async () => {
    const statuses = await Promise.all(
      everyRoute.map(({ method, path }) =>
        ask(method, path, [host, bearer, 'origin: http://evil.example']).then(({ status }) => status),
      ),
    );
    expect(statuses).toEqual(everyRoute.map(() => 403));
  });

  test(`what changes something is refused when a browser says that another site sends it: ${mutations.length}/${mutations.length}`, async () => {
    for (const { method, path } of mutations) {
      expect((await ask(method, path, [host, bearer, 'sec-fetch-site: cross-site'])).status).toBe(403);
    }
    expect((await ask('GET', '/', [host, 'sec-fetch-site: cross-site', 'accept: text/html'])).status).toBe(200);
  });

  test('no answer invites another origin to read it', async () => {
    const { head } = await ask('GET', '/api/v1/health', [host, `origin: http://localhost:${web.port}`]);
    expect(head.toLowerCase()).not.toContain('access-control-allow');
  });
});

describe('the route table', () => {
  test(`every route declares who may call it and how much it reads, and only pairing changes things for anyone: ${everyRoute.length}/${everyRoute.length}`, () => {
    const { routes } = web.web;
    expect(routes.length).toBeGreaterThan(35);
    expect(routes.filter(({ access, maxBytes }) => !access || !(maxBytes > 0) || maxBytes > 1024 * 1024)).toEqual([]);
    const openMutations = routes.filter(
      ({ access, methods }) => access === 'anyone' && methods.some((method) => !['GET', 'HEAD'].includes(method)),
    );
    expect(openMutations.map(({ path }) => path)).toEqual(['/api/v1/pair']);
  });

  test('only the ways in for messages and health are open to networks that may not administer', () => {
    expect(web.web.routes.filter(({ administration }) => !administration).map(({ path }) => path)).toEqual([
      '/api/messages',
      '/api/v1/messages',
      '/api/v1/health',
    ]);
  });

  test.each([
    '/api/v1/nowhere',
    '/api/v2/tasks',
    '/nowhere',
    '/api/v1/tasks/x/y',
    '/../../etc/passwd',
    '/api/v1/%2e%2e/%2e%2e/etc/passwd',
    '/assets/..%2f..%2fetc%2fpasswd',
    '/rpc',
    '/ws',
    '/metrics/../x',
  ])('%s is not found', async (path) => {
    const { status, head, body } = await ask('GET', path, [host, bearer]);
    expect(status).toBe(404);
    expect(head).toContain('application/problem+json');
    expect(JSON.parse(body)).toMatchObject({ code: 'NOT_FOUND', status: 404 });
  });

  test.each(['/api/v1/tasks/%', '/api/v1/tasks/%zz', '/%c0%ae%c0%ae/'])('%s is no address', async (path) => {
    expect([400, 404]).toContain((await ask('GET', path, [host, bearer])).status);
  });

  test('a known address says which methods it has', async () => {
    const { status, head } = await ask('PUT', '/api/v1/tasks/x', [host, bearer]);
    expect(status).toBe(405);
    expect(head).toMatch(/^allow: GET, PATCH, DELETE$/im);
    expect((await ask('GET', '/api/messages', [host])).status).toBe(405);
  });
});

describe('tokens in addresses', () => {
  test.each(['token', 'access_token', 'Token', '%74oken', 'ACCESS_TOKEN'])(
    '?%s=… is refused on every route and socket',
    async (name) => {
      const query = `?${name}=${web.tokens.admin}`;
      for (const { method, path } of everyRoute) {
        const { status, body } = await ask(method, path + query, [host, bearer]);
        expect(status).toBe(400);
        expect(body).not.toContain(web.tokens.admin);
      }
      for (const path of sockets) expect((await askUpgrade(path + query, [host])).status).toBe(400);
    },
  );
});

describe('requests that a foreign form can make', () => {
  const forms = {
    'text/plain': '{"title":"x"}',
    'application/x-www-form-urlencoded': 'title=x',
    'multipart/form-data; boundary=b': '--b\r\ncontent-disposition: form-data; name="title"\r\n\r\nx\r\n--b--\r\n',
    'application/octet-stream': '{"title":"x"}',
    'text/json': '{"title":"x"}',
    'application/json, text/plain': '{"title":"x"}',
    nonsense: 'x',
  };

  test(`every route that changes something takes JSON only: ${mutations.length * Object.keys(forms).length}/${mutations.length * Object.keys(forms).length}`, async () => {
    for (const { method, path } of mutations) {
      for (const [type, body] of Object.entries(forms)) {
        expect(
          `${path} ${type} ${(await ask(method, path, [host, bearer, `content-type: ${type}`], body)).status}`,
        ).toBe(`${path} ${type} 415`);
      }
      expect((await ask(method, path, [host, bearer], '{"title":"x"}')).status).toBe(415);
    }
  });

  test('nothing is changed by a GET or without a body', async () => {
    const readable = new Set(everyRoute.filter(({ method }) => method === 'GET').map(({ path }) => path));
    const writeOnly = mutations.filter(({ path }) => !readable.has(path));
    expect(writeOnly.length).toBeGreaterThan(10);
    for (const { path } of writeOnly) expect((await ask('GET', path, [host, bearer])).status).toBe(405);
    expect((await ask('POST', '/api/v1/tasks', [host, bearer])).status).toBe(400);
  });
});

describe('bodies', () => {
  const paths = ['/api/messages', '/api/v1/messages', '/api/v1/tasks', '/api/v1/memories'];
  test.each(Object.entries(hostileBodies))(
    'a body with %s is a bad request everywhere, and soon',
    async (_name, body) => {
      for (const path of paths) {
        const answer = await ask('POST', path, [host, bearer, json], body);
        expect(`${path} ${answer.status}`).toBe(`${path} 400`);
        expect(JSON.parse(answer.body)).toMatchObject({ code: 'BAD_REQUEST' });
      }
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    },
  );

  const odd: Record<string, string> = {
    'a number beyond all bounds': '{"title":"x","progress":1e999}',
    'a text where an object belongs': '"x"',
    null: 'null',
    'an array': '[]',
    'a text where a number belongs': '{"title":"x","progress":"0.5"}',
  };
  test.each(Object.entries(odd))('%s is a bad request that names what is wrong', async (_name, body) => {
    const answer = await ask('POST', '/api/v1/tasks', [host, bearer, json], body);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({
      code: 'BAD_REQUEST',
      errors: [{ pointer: expect.stringMatching(/^#/) }],
    });
  });

  test('a body over the bound is refused, whether its length is told or not', async () => {
    const large = `{"title":"${'x'.repeat(1024 * 1024)}"}`;
    for (const path of paths) {
      const declared = await exchange(web.port, raw('POST', path, [host, bearer, json, 'content-length: 1048577']));
      expect(declared.status).toBe(413);
      const chunked = `${Buffer.byteLength(large).toString(16)}\r\n${large}\r\n0\r\n\r\n`;
      const streamed = await exchange(
        web.port,
        Buffer.concat([raw('POST', path, [host, bearer, json, 'transfer-encoding: chunked']), Buffer.from(chunked)]),
      );
      expect([0, 413]).toContain(streamed.status);
    }
  });

  test.each([
    '__proto__[polluted]=1',
    'a[constructor][prototype][polluted]=1',
    '__proto__.polluted=1',
    'constructor=1',
  ])('?%s is refused', async (query) => {
    expect((await ask('GET', `/api/v1/tasks?${query}`, [host, bearer])).status).toBe(400);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

test(`every way in that asks for a token refuses every one that proves nothing, in the same words: ${closed.length * 9}/${closed.length * 9}`, async () => {
  const foreign = await startWeb();
  // Guessing is limited; here an hour passes between any two.
  let now = 0;
  const patient = await startWeb({ httpRoutes }, { ...systemClock, monotonicMs: () => (now += 60 * 60_000) });
  const ended = await patient.mint('admin', -1);
  const revoked = await patient.mint('admin');
  await patient.access.revoke(revoked.id);
  const wrong = {
    absent: [],
    empty: ['authorization: Bearer '],
    'a word': ['authorization: Bearer wrong'],
    'an array': ['authorization: Bearer []'],
    'a token without its scheme': [`authorization: ${patient.tokens.admin}`],
    'cut short': [`authorization: Bearer ${patient.tokens.admin.slice(0, -4)}`],
    expired: [`authorization: Bearer ${ended.token}`],
    revoked: [`authorization: Bearer ${revoked.token}`],
    'of another instance': [`authorization: Bearer ${foreign.tokens.admin}`],
  };
  await foreign.stop();

  const served: string[] = [];
  const words = new Set<string>();
  for (const { method, path } of closed) {
    for (const [what, headers] of Object.entries(wrong)) {
      const request = raw(method, path, [`host: 127.0.0.1:${patient.port}`, 'connection: close', ...headers]);
      const { status, body } = await exchange(patient.port, request);
      if (status !== 401) served.push(`${method} ${path} with ${what}: ${status}`);
      words.add(body);
    }
  }
  await patient.stop();
  expect(served).toEqual([]);
  expect([...words]).toHaveLength(1);
});

test('whoever has no token is refused on the headers alone, before the body is read', async () => {
  const closedToChanges = mutations.filter((route) => closed.includes(route));
  expect(closedToChanges.length).toBeGreaterThan(10);
  for (const { method, path } of closedToChanges) {
    // The body is announced and never sent: only an answer to the headers can come back.
    const { status } = await exchange(web.port, raw(method, path, [host, json, 'content-length: 1048576']));
    expect(`${method} ${path} ${status}`).toBe(`${method} ${path} 401`);
  }
});

test('a viewer may not use a way in that needs an operator', async () => {
  const viewer = `authorization: Bearer ${web.tokens.viewer}`;
  const { status, body } = await ask('POST', '/api/v1/messages', [host, viewer, json], '{}');
  expect(status).toBe(403);
  expect(JSON.parse(body)).toMatchObject({ code: 'FORBIDDEN' });
});

describe('requests made to confuse two readers', () => {
  const post = (extra: string) => `POST /api/messages HTTP/1.1\r\n${host}\r\n${json}\r\n${extra}`;
  test.each([
    ['a length and chunks', 'content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['two lengths', 'content-length: 2\r\ncontent-length: 3\r\n\r\n{}'],
    ['a length that is no number', 'content-length: 2x\r\n\r\n{}'],
    ['a bare line feed', 'x: y\ncontent-length: 2\r\n\r\n{}'],
    ['a folded header', 'x: y\r\n z\r\ncontent-length: 2\r\n\r\n{}'],
    ['a space before the colon', 'content-length : 2\r\n\r\n{}'],
    ['chunked twice', 'transfer-encoding: chunked, chunked\r\n\r\n0\r\n\r\n'],
    ['a chunk size that is no number', 'transfer-encoding: chunked\r\n\r\nzz\r\n\r\n'],
  ])('%s is a bad request', async (_name, rest) => {
    expect((await exchange(web.port, post(rest))).status).toBe(400);
  });

  test('headers larger than 16 KiB are refused', async () => {
    expect([0, 400]).toContain((await ask('GET', '/api/v1/health', [host, `x: ${'y'.repeat(64 * 1024)}`])).status);
  });
});

describe('connections that take their time', () => {
  const open = (first: string) => {
    const started = performance.now();
    return exchange(web.port, first).then((answer) => ({ ...answer, seconds: (performance.now() - started) / 1000 }));
  };

  test('slow headers, a slow body and silence end within their bounds, and others are served meanwhile', async () => {
    const slow = Promise.all([
      open(`GET /api/v1/health HTTP/1.1\r\n${host}\r\n`),
      open(`POST /api/messages HTTP/1.1\r\n${host}\r\n${json}\r\ncontent-length: 100\r\n\r\n{`),
      open(''),
    ]);
    expect((await ask('GET', '/api/v1/health', [host])).status).toBe(200);

    const [headers, body, silence] = await slow;

    expect([headers.status, body.status, silence.status]).toEqual([408, 408, 408]);
    expect(Math.max(headers.seconds, body.seconds, silence.seconds)).toBeLessThan(15);
    expect((await ask('GET', '/api/v1/health', [host])).status).toBe(200);
  });

  test('a client that has said all and closed its side is answered', async () => {
    const request = raw('GET', '/api/v1/health', [host]);
    expect((await exchange(web.port, request, { halfClose: true })).status).toBe(200);
  });

  test('a client that never reads its events is let go without harm to others', async () => {
    const reader = connect({ port: web.port, host: '127.0.0.1' });
    reader.write(raw('GET', '/api/v1/events', [host, bearer]));
    reader.pause();
    await expect.poll(() => web.events.readerCount).toBe(1);
    const padding = 'x'.repeat(100_000);

    const keepTelling = () => {
      for (let i = 0; i < 20; i++)
        web.events.emit({ type: 'message', id: padding, conversation: 'c', state: 'stored' });
      return web.events.readerCount;
    };
    await expect.poll(keepTelling, { timeout: 15_000, interval: 5 }).toBe(0);
    expect((await ask('GET', '/api/v1/health', [host])).status).toBe(200);
    reader.destroy();
  });
});

describe('networks that may administer', () => {
  test('others reach the ways in for messages and health, and nothing else', async () => {
    const walled = await startWeb({ httpRoutes, socketRoute: { accept() {} }, adminNetworks: ['192.0.2.0/24'] });
    const own = `host: 127.0.0.1:${walled.port}`;
    const token = `authorization: Bearer ${walled.tokens.admin}`;
    const allowed: string[] = [];
    for (const { methods, path } of walled.web.routes) {
      for (const method of methods) {
        const { status } = await exchange(
          walled.port,
          raw(
            method,
            path.replace(/:\w+/g, 'x').replace('*', ''),
            [own, token, json, 'connection: close'],
            method === 'GET' ? '' : '{}',
          ),
        );
        if (status !== 403) allowed.push(`${method} ${path} ${status}`);
      }
    }
    expect(allowed).toEqual(['POST /api/messages 202', 'POST /api/v1/messages 202', 'GET /api/v1/health 200']);
    expect((await exchange(walled.port, raw('GET', '/rpc', [own, ...upgradeHeaders]))).status).toBe(403);
    await walled.stop();
  });
});

describe('answers', () => {
  test('a way in of the core gets the bytes, the caller and the address', async () => {
    const { status, body, head } = await ask('POST', '/api/v1/messages', [host, bearer, json], '{"a":"周五"}');
    expect(status).toBe(202);
    expect(JSON.parse(body)).toEqual({ read: { a: '周五' }, remote: '127.0.0.1', role: 'admin' });
    for (const line of [
      'x-content-type-options: nosniff',
      'referrer-policy: no-referrer',
      'cache-control: no-store',
      'cross-origin-resource-policy: same-origin',
    ]) {
      expect(head.toLowerCase()).toContain(line);
    }
  });

  test('a page may load from this server and connect to it, and nothing else', async () => {
    const { head, status } = await ask('GET', '/api/docs', [host]);
    expect(status).toBe(200);
    const policy = /^content-security-policy: (.*)$/im.exec(head)?.[1] ?? '';
    expect(policy).toBe(
      `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self' ws://127.0.0.1:${web.port} wss://127.0.0.1:${web.port}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
  });
});

/** The first line of an answer that does not end the connection. */
function firstLine(path: string, headers: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: web.port, host: '127.0.0.1' });
    socket.once('error', reject);
    socket.once('data', (chunk: Buffer) => {
      socket.destroy();
      resolve(chunk.toString('latin1').split('\r\n', 1)[0] ?? '');
    });
    socket.write(raw('GET', path, [...headers, ...upgradeHeaders]));
  });
}
