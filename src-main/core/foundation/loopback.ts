import ipaddr from 'ipaddr.js';

/** Whether only this machine can reach an address. Names other than localhost may mean anything. */
export function isLoopback(host: string): boolean {
  if (host.toLowerCase() === 'localhost') return true;
  return ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback';
}
