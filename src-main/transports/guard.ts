import type { IncomingMessage } from 'node:http';
import { createAddressList } from '../core/foundation/address.ts';
import { type Refusal, refusal } from './problem.ts';

export interface GuardOptions {
  /** Further names this server is called by, with or without a port, for example behind a proxy. */
  names: readonly string[];
  /** Networks (CIDR) that may use anything but the ways in for messages; null admits every address that can connect. */
  adminNetworks: readonly string[] | null;
  /** Whether this server itself speaks TLS. */
  secure: boolean;
}

export type Guard = ReturnType<typeof createGuard>;

const loopbackNames = ['127.0.0.1', '[::1]', 'localhost'];

/**
 * Looks at every request before anything else does. What it refuses:
 *
 * - a Host that is not ours: a page that rebinds its own name to 127.0.0.1 still sends that name;
 * - an Origin that is not ours: a browser names the page that sends, whatever that page pretends;
 * - a token in a URL: URLs end up in histories, logs and Referer headers.
 */
export function createGuard({ names, adminNetworks, secure }: GuardOptions) {
  const hosts = new Set<string>();
  const origins = new Set<string>();
  const mayAdminister = adminNetworks === null ? null : createAddressList(adminNetworks);

  return {
    /** Called once the port is known; before that, everything is refused. */
    servesAt({ address, port }: { address: string; port: number }): void {
      const own = address.includes(':') ? `[${address}]` : address;
      for (const name of new Set([...loopbackNames, own])) {
        allow(name, secure ? ['https'] : ['http']);
        allow(`${name}:${port}`, secure ? ['https'] : ['http']);
      }
      // A proxy in front may add TLS, so a configured name is ours under both schemes.
      for (const name of names.map((each) => each.toLowerCase())) {
        allow(name, ['http', 'https']);
        allow(`${name}:${port}`, ['http', 'https']);
      }
    },

    /** Null when the request may go on. */
    refuse(request: IncomingMessage): Refusal | null {
      if (!isOurHost(request)) return misdirected;
      const { origin } = request.headers;
      if (origin !== undefined && !origins.has(origin)) return foreignOrigin;
      if (request.headers['sec-fetch-site'] === 'cross-site' && isMutation(request)) return foreignOrigin;
      return carriesToken(request.url ?? '') ? tokenInUrl : null;
    },

    /** Null when this address may use the administration surface. */
    refuseAdministration: (address: string): Refusal | null =>
      !mayAdminister || mayAdminister(address) ? null : foreignAddress,
  };

  function allow(host: string, schemes: string[]): void {
    hosts.add(host);
    for (const scheme of schemes) origins.add(`${scheme}://${host}`);
  }

  function isOurHost(request: IncomingMessage): boolean {
    const { host } = request.headers;
    if (host === undefined) return false;
    return (hosts.has(host) || hosts.has(host.toLowerCase())) && hasOneHost(request.rawHeaders);
  }
}

const misdirected = refusal('MISDIRECTED', 'This server does not answer to that name');
const foreignOrigin = refusal('FORBIDDEN', 'This request comes from a page of another origin');
const foreignAddress = refusal('FORBIDDEN', 'This address may not use the administration surface');
const tokenInUrl = refusal(
  'BAD_REQUEST',
  'A token does not belong in a URL, where logs and histories keep it; send it as "Authorization: Bearer …"',
);

const isMutation = ({ method }: IncomingMessage): boolean => method !== 'GET' && method !== 'HEAD';

/** Node keeps the first of two Host headers and a proxy may keep the last, so two are refused. */
function hasOneHost(rawHeaders: readonly string[]): boolean {
  let count = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (name?.length === 4 && name.toLowerCase() === 'host') count++;
  }
  return count === 1;
}

/** Most requests have no query, and their price is one search for '?'. */
function carriesToken(url: string): boolean {
  const start = url.indexOf('?');
  if (start < 0) return false;
  for (const key of new URLSearchParams(url.slice(start + 1)).keys()) {
    const name = key.toLowerCase();
    if (name === 'token' || name === 'access_token') return true;
  }
  return false;
}
