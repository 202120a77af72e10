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

test('one address in a list is that one alone, in either family', () => {
  const list = createAddressList(['2001:db8::7', '192.0.2.7', '::1']);
  expect(['2001:db8::7', '192.0.2.7', '::1'].map(list)).toEqual([true, true, true]);
  expect(['2001:db8::8', '2001:db8:ffff::7', '192.0.2.6', '::2', '::'].map(list)).toEqual(Array(5).fill(false));
});

test('IPv4 inside IPv6 is IPv4 in a list too, and a network that is wider than all of IPv4 admits none of it', () => {
  const all = createAddressList(['::ffff:0.0.0.0/96']);
  expect(['203.0.113.1', '::ffff:203.0.113.1'].map(all)).toEqual([true, true]);
  expect(all('2001:db8::1')).toBe(false);
  const half = createAddressList(['::ffff:128.0.0.0/97']);
  expect(['192.0.2.1', '10.0.0.1'].map(half)).toEqual([true, false]);
  for (const wide of ['::ffff:0.0.0.0/95', '::ffff:0.0.0.0/90', '::ffff:0.0.0.0/1'])
    expect(createAddressList([wide])('203.0.113.1'), wide).toBe(false);
  expect(createAddressList(['2001:db8::/100'])('2001:db8::fff')).toBe(true);
  expect(createAddressList(['2001:db8::/100'])('203.0.113.1')).toBe(false);
});

test('what is no address is nobody in particular, and no sender of its own', () => {
  expect(canonicalAddress('not:an:address')).toBe('');
  expect(canonicalAddress('')).toBe('');
  expect(addressGroup('')).toBe('unknown');
  expect(addressGroup('not an address')).toBe('unknown');
});

test('networks of other customers are other senders, however their numbers run together', () => {
  expect(addressGroup('1:23:4:5::')).not.toBe(addressGroup('12:3:4:5::'));
  expect(addressGroup('2001:db8:1:2::9')).toBe('8193:3512:1:2/64');
});
