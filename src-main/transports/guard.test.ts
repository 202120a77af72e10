import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import { createGuard, type GuardOptions } from './guard.ts';

const port = 8000;

function guardOf({ address = '127.0.0.1', ...over }: Partial<GuardOptions> & { address?: string } = {}) {
  const guard = createGuard({ names: [], adminNetworks: null, secure: false, ...over });
  guard.servesAt({ address, port });
  return guard;
}

interface Sent {
  method?: string;
  url?: string;
  host?: string | undefined;
  headers?: Record<string, string>;
  raw?: string[];
}

/** A request as Node's parser hands it over. */
function request({ method = 'GET', url = '/', headers = {}, ...rest }: Sent = {}): IncomingMessage {
  const host = 'host' in rest ? rest.host : `127.0.0.1:${port}`;
  const all = { ...(host === undefined ? {} : { host }), ...headers };
  const rawHeaders = rest.raw ?? Object.entries(all).flat();
  return { method, url, headers: all, rawHeaders } as unknown as IncomingMessage;
}

const codeOf = (guard: ReturnType<typeof guardOf>, sent: Sent) => guard.refuse(request(sent))?.problem.code ?? null;

describe('the name that a request calls', () => {
  const ours = ['127.0.0.1', '[::1]', 'localhost'].flatMap((name) => [name, `${name}:${port}`]);
  test.each([...ours, 'LOCALHOST', `LocalHost:${port}`])('%s is ours', (host) => {
    expect(codeOf(guardOf(), { host })).toBeNull();
  });

  test.each([
    'evil.example',
    `evil.example:${port}`,
    `127.0.0.1:${port + 1}`,
    '127.0.0.1:',
    '127.0.0.2',
    '127.1',
    'localhost.evil.example',
    'localhost.',
    '::1',
    '0.0.0.0',
    '',
    ' 127.0.0.1',
    undefined,
  ])('%s is not', (host) => {
    expect(guardOf().refuse(request({ host }))?.problem).toMatchObject({
      code: 'MISDIRECTED',
      status: 421,
      detail: 'This server does not answer to that name',
    });
  });

  test('two of them are refused, whichever stands first and however they are written', () => {
    const own = `127.0.0.1:${port}`;
    for (const raw of [
      ['Host', own, 'Host', 'evil.example'],
      ['host', own, 'HOST', own],
      ['Accept', '*/*', 'hOsT', own, 'X-Other', 'Host', 'Host', own],
    ])
      expect(codeOf(guardOf(), { raw })).toBe('MISDIRECTED');
  });

  test('one that Node knows and the wire did not carry is refused', () => {
    expect(codeOf(guardOf(), { raw: [] })).toBe('MISDIRECTED');
    expect(codeOf(guardOf(), { raw: ['Hose', `127.0.0.1:${port}`] })).toBe('MISDIRECTED');
  });

  test('the word host in a value, or another header of four letters, counts as none', () => {
    const own = `127.0.0.1:${port}`;
    expect(codeOf(guardOf(), { raw: ['Host', own, 'X-Forwarded', 'host', 'From', 'host'] })).toBeNull();
  });

  test('nothing is ours before the port is known', () => {
    const guard = createGuard({ names: ['clawdbot.test'], adminNetworks: null, secure: false });
    for (const host of ['127.0.0.1', 'localhost', 'clawdbot.test'])
      expect(guard.refuse(request({ host }))?.problem.code).toBe('MISDIRECTED');
  });

  test('the address it listens on is ours too, IPv6 in brackets', () => {
    expect(codeOf(guardOf({ address: '192.0.2.7' }), { host: `192.0.2.7:${port}` })).toBeNull();
    expect(codeOf(guardOf({ address: '192.0.2.7' }), { host: '192.0.2.7' })).toBeNull();
    expect(codeOf(guardOf({ address: '2001:db8::1' }), { host: `[2001:db8::1]:${port}` })).toBeNull();
    expect(codeOf(guardOf({ address: '2001:db8::1' }), { host: `2001:db8::1:${port}` })).toBe('MISDIRECTED');
  });

  test('a configured name is ours in any case, with and without the port', () => {
    const guard = guardOf({ names: ['Clawdbot.Example'] });
    for (const host of ['clawdbot.example', 'CLAWDBOT.example', `clawdbot.example:${port}`])
      expect(codeOf(guard, { host })).toBeNull();
    expect(codeOf(guard, { host: 'clawdbot.example:1' })).toBe('MISDIRECTED');
    expect(codeOf(guard, { host: 'x.clawdbot.example' })).toBe('MISDIRECTED');
  });
});

describe('the page that sends', () => {
  const from = (origin: string, over: Partial<GuardOptions> = {}) => codeOf(guardOf(over), { headers: { origin } });

  test.each([`http://127.0.0.1:${port}`, 'http://localhost', `http://localhost:${port}`, `http://[::1]:${port}`])(
    '%s is ours',
    (origin) => {
      expect(from(origin)).toBeNull();
    },
  );

  test.each([
    'null',
    '',
    'https://evil.example',
    'http://evil.example',
    `http://127.0.0.1:${port + 1}`,
    `https://127.0.0.1:${port}`,
    `HTTP://127.0.0.1:${port}`,
    `http://127.0.0.1:${port}/`,
    `http://127.0.0.1:${port}.evil.example`,
    'file://',
    'chrome-extension://abcdefgh',
  ])('"%s" is not', (origin) => {
    expect(guardOf().refuse(request({ headers: { origin } }))?.problem).toMatchObject({
      code: 'FORBIDDEN',
      detail: 'This request comes from a page of another origin',
    });
  });

  test('over TLS the same names are ours as https, and no longer as http', () => {
    for (const name of ['127.0.0.1', `localhost:${port}`]) {
      expect(from(`https://${name}`, { secure: true })).toBeNull();
      expect(from(`http://${name}`, { secure: true })).toBe('FORBIDDEN');
    }
  });

  test('a configured name is ours under both schemes, for a proxy may add TLS', () => {
    const names = ['clawdbot.example'];
    for (const scheme of ['http', 'https'])
      for (const secure of [true, false])
        for (const name of ['clawdbot.example', `clawdbot.example:${port}`])
          expect(from(`${scheme}://${name}`, { names, secure })).toBeNull();
    expect(from('ws://clawdbot.example', { names })).toBe('FORBIDDEN');
  });

  test('what a browser calls cross-site may read and may not change', () => {
    const headers = { 'sec-fetch-site': 'cross-site' };
    for (const method of ['GET', 'HEAD']) expect(codeOf(guardOf(), { method, headers })).toBeNull();
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'get'])
      expect(codeOf(guardOf(), { method, headers }), method).toBe('FORBIDDEN');
    for (const site of ['same-origin', 'same-site', 'none'])
      expect(codeOf(guardOf(), { method: 'POST', headers: { 'sec-fetch-site': site } })).toBeNull();
  });
});

describe('a token in the URL', () => {
  test.each([
    '/?token=x',
    '/a?b=1&token',
    '/?TOKEN=x',
    '/?Access_Token=x',
    '/?%74oken=x',
    '/?a=1&access%5Ftoken=',
    '/??token=x&token=y',
    '?token=x',
  ])('%s is refused with the way to do it', (url) => {
    const refusal = guardOf().refuse(request({ url }));
    expect(refusal?.problem).toMatchObject({ code: 'BAD_REQUEST', status: 400 });
    expect(refusal?.problem.detail).toContain('"Authorization: Bearer …"');
  });

  test.each([
    '/',
    '/token',
    '/?',
    '/?tokens=1',
    '/?q=token',
    '/token=x',
    '/?xtoken=1',
    '/?access_token_id=1',
    '/#?token',
  ])('%s carries none', (url) => {
    expect(codeOf(guardOf(), { url: url.split('#')[0] ?? '' })).toBeNull();
  });

  test('a request without an address carries none', () => {
    expect(guardOf().refuse({ ...request(), url: undefined } as unknown as IncomingMessage)).toBeNull();
  });
});

describe('who may administer', () => {
  test('without a list every address that can connect', () => {
    for (const address of ['127.0.0.1', '192.0.2.1', '']) expect(guardOf().refuseAdministration(address)).toBeNull();
  });

  test('with a list its networks and nobody else; an empty one closes it', () => {
    const guard = guardOf({ adminNetworks: ['192.0.2.0/24', '::1'] });
    expect(guard.refuseAdministration('192.0.2.200')).toBeNull();
    expect(guard.refuseAdministration('::1')).toBeNull();
    for (const address of ['127.0.0.1', '192.0.3.1', ''])
      expect(guard.refuseAdministration(address)?.problem).toMatchObject({
        code: 'FORBIDDEN',
        detail: 'This address may not use the administration surface',
      });
    expect(guardOf({ adminNetworks: [] }).refuseAdministration('127.0.0.1')?.problem.code).toBe('FORBIDDEN');
  });
});
