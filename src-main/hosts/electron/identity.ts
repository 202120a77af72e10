/** How the systems know the program: the Windows AppUserModelID and the name of the Linux desktop file. */
export const appId = 'app.clawdbot.Clawdbot';

/** Where the interface comes from. A scheme of our own, so that no page gets the rights of file:// URLs. */
export const pageScheme = 'app';
export const pageOrigin = 'app://clawdbot';
export const pageUrl = `${pageOrigin}/`;

/** Links from outside: clawdbot://board. */
export const linkScheme = 'clawdbot';

/** The page asks for its port on this channel, and gets it on the other. There are no more. */
export const askChannel = 'clawdbot';
export const portChannel = 'clawdbot:port';

/** Scheme and host of an address; Node calls the origin of a scheme that it does not know "null". */
export function originOf(address: string): string | null {
  const url = URL.parse(address);
  return url && `${url.protocol}//${url.host}`;
}

export const isOwnPage = (address: string): boolean => originOf(address) === pageOrigin;
