import type { NetworkInterfaceInfo } from 'node:os';
import ipaddr from 'ipaddr.js';
import type { Reach } from '../../../src-shared/schema/access.ts';
import { createAddressList } from '../foundation/address.ts';

/** Where the product listens. */
export interface Listening {
  host: string;
  port: number;
  secure: boolean;
}

export interface ReachOptions {
  /** Null where no port could be opened. */
  listening: Listening | null;
  /** Further names the product answers to. */
  names: readonly string[];
  /** Networks that may use the interface; null admits every address that can connect. */
  adminNetworks: readonly string[] | null;
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>;
}

type Address = Reach['addresses'][number];

/**
 * Where a browser finds this product, and what keeps a phone from it. Only what the guard lets in is listed: an address of
 * this machine under which it does not answer would be a dead end.
 */
export function describeReach({ listening, names, adminNetworks, interfaces }: ReachOptions): Reach {
  const networks = ownNetworks(interfaces);
  if (!listening) return { addresses: [], obstacles: ['not_listening'], networks };
  const { host, port, secure } = listening;
  const isLocal = isThisMachine(host);
  const byName = names.filter((name) => !isThisMachine(name));
  const phone: Address[] =
    secure && !isLocal ? addressesOf([...byName, ...(isWildcard(host) ? [] : [host])], port) : [];
  // A name of a product that only this machine reaches is a proxy's, which speaks TLS at the usual port.
  const proxy: Address[] = isLocal
    ? byName.map((name) => ({ url: `https://${bracketed(name)}`, for: 'phone_through_proxy' }))
    : [];
  const own: Address = {
    url: urlOf(isLocal && host !== 'localhost' ? host : '127.0.0.1', port, secure),
    for: 'this_machine',
  };
  // Where it listens on one foreign address alone, nothing answers on loopback.
  const here = isLocal || isWildcard(host) ? [own] : [];
  const obstacles: Reach['obstacles'] = [];
  if (isLocal && proxy.length === 0) obstacles.push('loopback_only');
  if (!isLocal && phone.length === 0) obstacles.push('no_name');
  if (!isLocal && !admitsOneOf(networks, adminNetworks)) obstacles.push('address_list');
  return { addresses: [...phone, ...proxy, ...here], obstacles, networks };
}

const addressesOf = (hosts: readonly string[], port: number): Address[] =>
  [...new Set(hosts)].map((name) => ({ url: urlOf(name, port, true), for: 'phone' }));

/** As a browser writes it: the usual port is left out. */
const urlOf = (host: string, port: number, secure: boolean): string =>
  new URL(`${secure ? 'https' : 'http'}://${bracketed(host)}:${port}`).origin;

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);
const isWildcard = (host: string): boolean => host === '0.0.0.0' || host === '::';

function isThisMachine(host: string): boolean {
  if (host.toLowerCase() === 'localhost') return true;
  return ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback';
}

/** Bridges between containers and virtual machines, where no phone is. */
const virtual = /^(?:docker|br-|veth|virbr|vmnet|vboxnet|cni|flannel)/;

function ownNetworks(interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>): Reach['networks'] {
  return Object.entries(interfaces)
    .filter(([name]) => !virtual.test(name))
    .flatMap(([, addresses]) => addresses ?? [])
    .filter(({ internal, family, cidr }) => !internal && family === 'IPv4' && cidr !== null)
    .map(({ address, cidr }) => ({ address, network: networkOf(cidr ?? '') }));
}

const networkOf = (cidr: string): string =>
  `${ipaddr.IPv4.networkAddressFromCIDR(cidr).toString()}/${cidr.split('/')[1]}`;

/** Without a network of its own nothing is known of those that a phone might come from. */
function admitsOneOf(networks: Reach['networks'], adminNetworks: readonly string[] | null): boolean {
  if (adminNetworks === null || networks.length === 0) return true;
  const admits = createAddressList(adminNetworks);
  return networks.some(({ address }) => admits(address));
}
