import { describe, expect, test } from 'vitest';
import { type Address, createLocalRule, findDestination, hostOf, portOf, readUrl } from './destination.ts';

describe('an address that is read', () => {
  test.each([
    ['ftp://example.com/', 'not called, because it is neither http nor https'],
    [
      'http://a@example.com/',
      'not called, because it has a name or password in it; a secret in an address ends up in logs',
    ],
    ['no address', 'not called, because it is no address, or too long'],
    [`http://example.com/${'a'.repeat(2_048 - 18)}`, 'not called, because it is no address, or too long'],
  ])('is refused with the reason: %s', (text, message) => expect(() => readUrl(text)).toThrow(message));

  test.each(['https://example.com/', `http://example.com/${'a'.repeat(2_048 - 19)}`])('is taken: %s', (text) =>
    expect(readUrl(text).href).toBe(text),
  );

  test.each([
    ['http://[::1]:8080/', '::1'],
    ['http://example.com./', 'example.com'],
    ['http://example.com/', 'example.com'],
  ])('has a host without brackets and without the last dot: %s', (text, host) =>
    expect(hostOf(new URL(text))).toBe(host),
  );

  test.each([
    ['http://example.com/', '80'],
    ['https://example.com/', '443'],
    ['https://example.com:80/', '80'],
    ['http://example.com:8080/', '8080'],
  ])('has a port, written or not: %s', (text, port) => expect(portOf(new URL(text))).toBe(port));
});

describe('a place that is not on the internet', () => {
  const inside: Address[] = [{ address: '127.0.0.1', family: 4 }];
  const find = (by: 'operator' | 'anyone') =>
    findDestination(
      new URL('http://hooks.example.com/'),
      { resolve: async () => inside, mayBeLocal: createLocalRule([]) },
      by,
    );

  test('is refused to the operator with what to do', () =>
    expect(find('operator')).rejects.toThrow(
      'not called, because hooks.example.com leads into a network that is not the internet; if that is meant, list it under egress.allow_private',
    ));

  test('is refused to anybody else without a word of our settings', () =>
    expect(find('anyone')).rejects.toThrow(
      /^not called, because hooks\.example\.com leads into a network that is not the internet$/,
    ));
});

describe('a list of networks', () => {
  const url = new URL('http://hooks.example.com/');

  test.each([
    ['127.0.0.0/8', '127.9.9.9', true],
    ['127.0.0.0/8', '10.0.0.1', false],
    ['fd00::/8', 'fd12::1', true],
    ['fd00::/8', '10.0.0.1', false],
    ['10.0.0.0/8', 'fd12::1', false],
    ['10.0.0.0/8', '::ffff:10.0.0.1', true],
  ])('%s and the address %s: %s', (network, address, may) =>
    expect(createLocalRule([network])(url, address)).toBe(may),
  );
});
