import { expect, test } from 'vitest';
import { addressGroup, canonicalAddress, createAddressList } from './address.ts';

test('one peer has one spelling, however its address is written', () => {
  expect(canonicalAddress('127.0.0.1')).toBe('127.0.0.1');
  expect(canonicalAddress('::ffff:127.0.0.1')).toBe('127.0.0.1');
  expect(canonicalAddress('0:0:0:0:0:ffff:7f00:1')).toBe('127.0.0.1');
  expect(canonicalAddress('2001:DB8:0::1')).toBe('2001:db8::1');
  expect(canonicalAddress(undefined)).toBe('');
});

test('all ways to this machine are one sender, and so is a whole IPv6 customer network', () => {
  expect(['127.0.0.1', '127.8.8.8', '::1'].map(addressGroup)).toEqual(['loopback', 'loopback', 'loopback']);
  expect(addressGroup('2001:db8:1:2::3')).toBe(addressGroup('2001:db8:1:2:ffff::9'));
  expect(addressGroup('2001:db8:1:2::3')).not.toBe(addressGroup('2001:db8:1:3::3'));
  expect(addressGroup('192.0.2.1')).not.toBe(addressGroup('192.0.2.2'));
});

test('an address list admits its networks and nobody else, and an empty one admits nobody', () => {
  const office = createAddressList(['192.0.2.0/24', '2001:db8::/32', '::ffff:198.51.100.0/120', '203.0.113.7']);

  expect(['192.0.2.9', '2001:db8::5', '198.51.100.4', '203.0.113.7'].map(office)).toEqual([true, true, true, true]);
  expect(['192.0.3.1', '203.0.113.8', '::1', ''].map(office)).toEqual([false, false, false, false]);
  expect(createAddressList([])('127.0.0.1')).toBe(false);
});

test('a network that cannot be read is refused rather than skipped', () => {
  expect(() => createAddressList(['10.0.0.0/99'])).toThrow();
  expect(() => createAddressList(['office'])).toThrow();
});
