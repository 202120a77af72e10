import { expect, test } from 'vitest';
import { hexDigestsEqual, sha256 } from './digest.ts';

const hex = (text: string) => sha256(text).toString('hex');

test('digests in hex are the same only when every digit is', () => {
  const digest = hex('a');
  expect(hexDigestsEqual(digest, digest)).toBe(true);
  expect(hexDigestsEqual(digest, hex('b'))).toBe(false);
  for (const place of [0, 31, 63]) {
    const other = digest[place] === '0' ? '1' : '0';
    expect(hexDigestsEqual(digest, digest.slice(0, place) + other + digest.slice(place + 1))).toBe(false);
  }
});

test.each([
  ['', ''],
  ['', hex('a')],
  [hex('a').slice(1), hex('a').slice(1)],
  [`${hex('a')}0`, `${hex('a')}0`],
])('what is not as long as a digest is no digest: %s', (a, b) => {
  expect(hexDigestsEqual(a, b)).toBe(false);
});

test('what one comparison left behind does not help the next', () => {
  expect(hexDigestsEqual(hex('a'), hex('a'))).toBe(true);
  expect(hexDigestsEqual(hex('a').slice(0, 10), hex('a').slice(0, 10))).toBe(false);
  expect(hexDigestsEqual('é'.repeat(64), 'é'.repeat(64).replace('é', 'è'))).toBe(false);
});

test('a digest is the SHA-256 that everybody else computes', () => {
  expect(sha256('abc').toString('hex')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(sha256(Buffer.from('abc'))).toEqual(sha256('abc'));
});

test('neither side alone needs to be of another length', () => {
  const digest = hex('a');
  expect(hexDigestsEqual(digest, digest.slice(1))).toBe(false);
  expect(hexDigestsEqual(digest.slice(1), digest)).toBe(false);
  expect(hexDigestsEqual(digest, `${digest}0`)).toBe(false);
  expect(hexDigestsEqual(`${digest}0`, digest)).toBe(false);
});
