import type { DesktopPlace } from '../../../src-shared/schema/desktop.ts';
import { linkScheme, pageUrl } from './identity.ts';

/** A link from outside can only open a place. It carries nothing else: no token, no address to connect to, no command. */
export type DeepLink = DesktopPlace;

const longestLink = 1024;
/** A parser would resolve these, and the link would open what it does not say. */
const dots = /\/(?:\.|%2e){1,2}(?:\/|$)/i;
const taskId = /^[A-Za-z0-9_-]{1,64}$/;
/** As the core names them: a channel, a colon, the sender's name of the conversation. */
const conversationId = /^[a-z0-9][a-z0-9._-]{0,31}:[^\p{Cc}]{1,256}$/u;

/** Null for anything that is not exactly one of the known links. */
export function readDeepLink(text: string): DeepLink | null {
  if (text.length > longestLink || !text.startsWith(`${linkScheme}://`) || dots.test(text)) return null;
  const url = URL.parse(text);
  if (!url || url.search || url.hash || url.username || url.password || url.port) return null;
  const id = decoded(url.pathname.replace(/^\//, ''));
  switch (url.host) {
    case 'chat':
    case 'board':
    case 'memory':
      return id === '' ? { screen: url.host } : null;
    case 'task':
      return id !== null && taskId.test(id) ? { screen: 'task', id } : null;
    case 'conversation':
      return id !== null && conversationId.test(id) ? { screen: 'conversation', id } : null;
    default:
      return null;
  }
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** The address of a place in our own page. */
export function pageAddressOf(place: DesktopPlace): string {
  return `${pageUrl}#${routeOf(place)}`;
}

function routeOf(place: DesktopPlace): string {
  switch (place.screen) {
    case 'chat':
      return '/chat';
    case 'board':
      return '/todos';
    case 'memory':
      return '/memory';
    case 'task':
      return `/todos?task=${encodeURIComponent(place.id)}`;
    case 'conversation':
      return `/chat?conversation=${encodeURIComponent(place.id)}`;
  }
}
