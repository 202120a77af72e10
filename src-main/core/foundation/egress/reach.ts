import ipaddr from 'ipaddr.js';

/**
 * Where an address leads: to the internet, to this machine or its own network, or to where nothing of ours has
 * business, such as the metadata service of a cloud, a multicast group or a reserved range.
 */
export type Reach = 'public' | 'local' | 'never';

const local = new Set(['loopback', 'private', 'uniqueLocal', 'carrierGradeNat']);

/** The address counts by what it leads to in the end: an IPv4 address inside an IPv6 one is that IPv4 address. */
export function reachOf(address: string): Reach {
  if (!ipaddr.isValid(address)) return 'never';
  const reaches = unwrap(ipaddr.parse(address)).map((inner): Reach => {
    const range = inner.range();
    if (range === 'unicast') return 'public';
    return local.has(range) ? 'local' : 'never';
  });
  return reaches.every((reach) => reach === reaches[0]) ? (reaches[0] ?? 'never') : 'never';
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** The addresses that an IPv6 address carries inside, or itself. Teredo carries two: its server's and its client's. */
function unwrap(address: Address): Address[] {
  if (address.kind() === 'ipv4') return [address];
  const v6 = address as ipaddr.IPv6;
  const { parts } = v6;
  const v4At = (index: number, mask = 0) =>
    toV4(((parts[index] ?? 0) ^ mask) >>> 0, ((parts[index + 1] ?? 0) ^ mask) >>> 0);

  switch (v6.range()) {
    case 'ipv4Mapped':
    case 'rfc6145':
      return [v4At(6)];
    case 'rfc6052':
      // Of the two NAT64 prefixes only the well-known one has a fixed place for the address.
      return parts[2] === 0 ? [v4At(6)] : [v6];
    case '6to4':
      return [v4At(1)];
    case 'teredo':
      return [v4At(2), v4At(6, 0xffff)];
    default:
      return isV4Compatible(v6) ? [v4At(6)] : [v6];
  }
}

/** `::127.0.0.1`, a form that was given up and that some systems still follow. */
const isV4Compatible = (address: ipaddr.IPv6): boolean =>
  address.parts.slice(0, 6).every((part) => part === 0) &&
  address.range() !== 'loopback' &&
  address.range() !== 'unspecified';

const toV4 = (high: number, low: number): ipaddr.IPv4 =>
  new ipaddr.IPv4([(high >> 8) & 0xff, high & 0xff, (low >> 8) & 0xff, low & 0xff]);
