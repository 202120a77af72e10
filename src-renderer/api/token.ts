const key = 'clawdbot.token';

/** The token of this browser. It never travels in an address. */
export const storedToken = {
  read: (): string | null => localStorage.getItem(key),
  write: (token: string) => localStorage.setItem(key, token),
  clear: () => localStorage.removeItem(key),
};

/** Takes `#pair=CODE` out of the address, so that neither history nor a bookmark keeps it. */
export function takePairingCode(): string | null {
  const match = /^#\/?pair=([^&]+)/.exec(location.hash);
  if (!match?.[1]) return null;
  history.replaceState(null, '', location.pathname);
  // The alphabet of codes needs no escapes; whoever wrote some gets told that the code is wrong.
  return match[1];
}
