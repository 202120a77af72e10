import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { EgressRefused } from './egress-failure.ts';
import { reachOf } from './reach.ts';

/** Who wrote an address: the operator in config.yaml, or anybody else (a message, a redirect, a model). */
export type WrittenBy = 'operator' | 'anyone';

export interface Address {
  address: string;
  family: 4 | 6;
}

/** All addresses of a name. */
export type Resolve = (name: string) => Promise<readonly Address[]>;

export interface Destination {
  url: URL;
  /** The addresses to connect to; no other may be used. */
  addresses: readonly Address[];
}

const longestUrl = 2048;

/** Reads an address as a place we may call, before any name is looked up. @throws EgressRefused */
export function readUrl(text: string, base?: URL): URL {
  const url = text.length <= longestUrl ? URL.parse(text, base?.href) : null;
  if (!url) throw new EgressRefused('address', 'it is no address, or too long');
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new EgressRefused('scheme', 'it is neither http nor https');
  if (url.username !== '' || url.password !== '')
    throw new EgressRefused('credentials', 'it has a name or password in it; a secret in an address ends up in logs');
  return url;
}

/**
 * Looks the name up and keeps the addresses we may connect to. Looked up once: what is checked is what is called,
 * whatever the name leads to a moment later.
 *
 * @throws EgressRefused, or whatever `resolve` throws
 */
export async function findDestination(
  url: URL,
  { resolve, mayBeLocal }: { resolve: Resolve; mayBeLocal: LocalRule },
  by: WrittenBy,
): Promise<Destination> {
  const host = hostOf(url);
  const found = literal(host) ?? (await resolve(host));
  const addresses = found.filter(({ address }) => {
    const reach = reachOf(address);
    return reach === 'public' || (reach === 'local' && by === 'operator' && mayBeLocal(url, address));
  });
  if (addresses.length > 0) return { url, addresses };
  throw new EgressRefused(
    'address',
    by === 'operator'
      ? `${host} leads into a network that is not the internet; if that is meant, list it under egress.allow_private`
      : `${host} leads into a network that is not the internet`,
  );
}

/** Without the brackets of IPv6 and the dot that ends a full name. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');

function literal(host: string): Address[] | null {
  const family = isIP(host);
  return family === 4 || family === 6 ? [{ address: host, family }] : null;
}

/** Whether a place that the operator wrote down may lie in the local network. */
export type LocalRule = (url: URL, address: string) => boolean;

/**
 * A name that only this network can answer for, or an address, says by itself that the local network is meant. Behind
 * any other name stands somebody's DNS, which could point it inside, so the operator has to list it.
 */
export function createLocalRule(allowed: readonly string[]): LocalRule {
  const networks = allowed.filter((entry) => ipaddr.isValidCIDR(entry)).map((entry) => ipaddr.parseCIDR(entry));
  const hosts = new Set(allowed.map((entry) => entry.toLowerCase()));
  return (url, address) => {
    const host = hostOf(url);
    if (isIP(host) !== 0 || localName.test(host)) return true;
    if (hosts.has(host) || hosts.has(`${host}:${portOf(url)}`)) return true;
    const parsed = ipaddr.process(address);
    return networks.some(([network, bits]) => network.kind() === parsed.kind() && parsed.match([network, bits]));
  };
}

/** One word, or below a suffix that the public DNS does not serve (RFC 6761, 6762, 8375, and `internal`). */
const localName = /^(?:[^.]+|(?:.+\.)(?:localhost|local|internal|home\.arpa|lan))$/;

export const portOf = (url: URL): string => url.port || (url.protocol === 'https:' ? '443' : '80');
