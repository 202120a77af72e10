import { expect, test } from 'vitest';
import { type Reach, reachOf } from './reach.ts';

test.each<[Reach, string]>([
  ['public', '8.8.8.8'],
  ['public', '2606:4700::1111'],
  ['local', '127.0.0.1'],
  ['local', '10.1.2.3'],
  ['local', '172.16.0.1'],
  ['local', '192.168.1.1'],
  ['local', '100.64.0.1'],
  ['local', '::1'],
  ['local', 'fd12:3456:789a::1'],
  ['never', '::'],
  ['never', '0.0.0.0'],
  ['never', '169.254.169.254'],
  ['never', '224.0.0.1'],
  ['never', 'fe80::1'],
  ['never', ''],
  ['never', 'localhost'],
  ['never', '1.2.3.4.5'],
])('leads to what is %s: %s', (reach, address) => expect(reachOf(address)).toBe(reach));

test.each<[Reach, string, string]>([
  ['public', '::ffff:8.8.4.1', 'IPv4 mapped'],
  ['local', '::ffff:10.0.0.1', 'IPv4 mapped'],
  ['never', '::ffff:0.0.0.1', 'IPv4 mapped'],
  ['public', '::ffff:198.51.99.1', 'IPv4 mapped'],
  ['never', '::ffff:198.51.100.1', 'IPv4 mapped'],
  ['public', '::ffff:0:8.8.4.1', 'IPv4 translated'],
  ['local', '::ffff:0:10.0.0.1', 'IPv4 translated'],
  ['public', '64:ff9b::8.8.4.1', 'NAT64'],
  ['local', '64:ff9b::192.168.0.1', 'NAT64'],
  // The prefix that networks choose for themselves has no fixed place for the address: nothing of ours may call it.
  ['never', '64:ff9b:1::8.8.8.8', 'NAT64 of one network'],
  ['public', '2002:808:401::', '6to4'],
  ['local', '2002:a00:1::1', '6to4'],
  ['public', '2001:0:808:401::f7f7:f7f7', 'Teredo, its server and its client'],
  ['never', '2001:0:808:401::f5ff:fffe', 'Teredo, its client inside'],
  ['never', '2001:0:a00:1::f7f7:f7f7', 'Teredo, its server inside'],
  ['local', '2001:0:a00:1::f5ff:fffe', 'Teredo, both inside'],
  ['public', '::8.8.4.1', 'IPv4 compatible'],
  ['local', '::10.0.0.1', 'IPv4 compatible'],
])('is %s by the address that it carries: %s (%s)', (reach, address) => expect(reachOf(address)).toBe(reach));
