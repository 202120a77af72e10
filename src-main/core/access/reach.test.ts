import type { NetworkInterfaceInfoIPv4 } from 'node:os';
import { expect, test } from 'vitest';
import { describeReach, type Listening } from './index.ts';

const card = (cidr: string, internal = false): NetworkInterfaceInfoIPv4 => ({
  address: cidr.split('/')[0] ?? '',
  cidr,
  internal,
  family: 'IPv4',
  mac: '00:00:00:00:00:00',
  netmask: '255.255.255.0',
});
const interfaces = {
  lo: [card('127.0.0.1/8', true)],
  eth0: [card('192.168.1.20/24')],
  docker0: [card('172.17.0.1/16')],
};
const networks = [{ address: '192.168.1.20', network: '192.168.1.0/24' }];
const localOnly = ['127.0.0.0/8', '::1/128'];

const reach = (listening: Listening | null, names: string[] = [], adminNetworks: string[] | null = localOnly) =>
  describeReach({ listening, names, adminNetworks, interfaces });

test('out of the box no phone reaches it, and that is said with the networks there are', () => {
  expect(reach({ host: '127.0.0.1', port: 8000, secure: false })).toEqual({
    addresses: [{ url: 'http://127.0.0.1:8000', for: 'this_machine' }],
    obstacles: ['loopback_only'],
    networks,
  });
});

test('behind a proxy the names come first, as the proxy serves them', () => {
  const { addresses, obstacles } = reach({ host: '127.0.0.1', port: 8000, secure: false }, [
    'bot.example',
    'localhost',
  ]);
  expect(addresses).toEqual([
    { url: 'https://bot.example', for: 'phone_through_proxy' },
    { url: 'http://127.0.0.1:8000', for: 'this_machine' },
  ]);
  expect(obstacles).toEqual([]);
});

test('on the network names come before the address, and the usual port is left out', () => {
  const open = ['192.168.1.0/24'];
  expect(reach({ host: '192.168.1.20', port: 8443, secure: true }, ['bot.example'], open)).toEqual({
    addresses: [
      { url: 'https://bot.example:8443', for: 'phone' },
      { url: 'https://192.168.1.20:8443', for: 'phone' },
    ],
    obstacles: [],
    networks,
  });
  expect(reach({ host: '192.168.1.20', port: 443, secure: true }, [], open).addresses).toEqual([
    { url: 'https://192.168.1.20', for: 'phone' },
  ]);
});

test('listening everywhere without a name is no address for a phone, because the guard would refuse it', () => {
  const { addresses, obstacles } = reach({ host: '0.0.0.0', port: 8000, secure: true });
  expect(addresses).toEqual([{ url: 'https://127.0.0.1:8000', for: 'this_machine' }]);
  expect(obstacles).toEqual(['no_name', 'address_list']);
  expect(reach({ host: '::', port: 8000, secure: true }, ['fd00::7'], null)).toMatchObject({
    addresses: [{ url: 'https://[fd00::7]:8000' }, { url: 'https://127.0.0.1:8000' }],
    obstacles: [],
  });
});

test('a list of addresses that leaves the own network out is an obstacle', () => {
  const listening = { host: '192.168.1.20', port: 8443, secure: true };
  expect(reach(listening, [], localOnly).obstacles).toEqual(['address_list']);
  expect(reach(listening, [], ['192.168.0.0/16']).obstacles).toEqual([]);
});

test('a product whose port could not be opened says so', () => {
  expect(reach(null)).toMatchObject({ addresses: [], obstacles: ['not_listening'] });
});
