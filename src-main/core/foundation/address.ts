import ipaddr from 'ipaddr.js';

/** The one spelling of a peer's address: IPv4 inside IPv6 (`::ffff:127.0.0.1`) is IPv4. '' when the peer is already gone. */
export function canonicalAddress(address: string | undefined): string {
  if (!address) return '';
  // The kernel writes IPv4 in one way only; this is every request on loopback, so it takes the short way.
  if (!address.includes(':')) return address;
  return ipaddr.isValid(address) ? ipaddr.process(address).toString() : '';
}

/**
 * Who counts as one sender when failures are limited: all loopback forms together, an IPv6 network by its /64 (one
 * customer holds all of it), any other address by itself.
 */
export function addressGroup(canonical: string): string {
  if (!ipaddr.isValid(canonical)) return 'unknown';
  const address = ipaddr.parse(canonical);
  if (address.range() === 'loopback') return 'loopback';
  if (address.kind() === 'ipv4') return canonical;
  return `${(address as ipaddr.IPv6).parts.slice(0, 4).join(':')}/64`;
}

const nearRanges: ReadonlySet<string> = new Set(['private', 'linkLocal', 'uniqueLocal', 'carrierGradeNat']);

/** From how far away an address is. One that cannot be read is from elsewhere. */
export function addressClass(canonical: string): 'this_machine' | 'local_network' | 'elsewhere' {
  if (!ipaddr.isValid(canonical)) return 'elsewhere';
  const range = ipaddr.process(canonical).range();
  if (range === 'loopback') return 'this_machine';
  return nearRanges.has(range) ? 'local_network' : 'elsewhere';
}

/** Whether an address lies in one of the networks; IPv4 and IPv6 never match each other. */
export function createAddressList(networks: readonly string[]): (canonical: string) => boolean {
  const ranges = networks.map(parseNetwork);
  return (canonical) => {
    if (!ipaddr.isValid(canonical)) return false;
    const address = ipaddr.process(canonical);
    return ranges.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits));
  };
}

/** @throws Error when it is neither an address nor a network in CIDR form */
export function parseNetwork(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  if (!text.includes('/')) {
    const address = ipaddr.process(text);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  }
  const [network, bits] = ipaddr.parseCIDR(text);
  const mapped = network.kind() === 'ipv6' && (network as ipaddr.IPv6).isIPv4MappedAddress() && bits >= 96;
  return mapped ? [(network as ipaddr.IPv6).toIPv4Address(), bits - 96] : [network, bits];
}
