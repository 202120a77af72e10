import type { Notice } from '../../../src-shared/schema/status.ts';

/** What stands between here and a receiver, as far as its answers show. */
export interface Interception {
  by: Extract<Notice, { code: 'REPLIES_INTERCEPTED' }>['by'];
  /** What was seen and what to do about it, to follow "the receiver …". */
  explained: string;
}

const clockCodes = /^CERT_(?:NOT_YET_VALID|HAS_EXPIRED)$/;
const certificateCodes = /^(?:DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|CERT_|ERR_TLS_CERT_)/;

/** Whether a request failed because somebody else answered, or because the clock makes every certificate invalid. */
export function interceptionOf(error: unknown): Interception | null {
  const code = codesIn(error).find((each) => certificateCodes.test(each));
  if (code === undefined) return null;
  if (clockCodes.test(code))
    return {
      by: 'clock',
      explained: `shows a certificate that is not valid now (${code}): the clock of this computer may be wrong, or the receiver has to renew it`,
    };
  return {
    by: 'certificate',
    explained: `shows a certificate that nobody known vouches for (${code}): a network that asks to sign in, or a proxy that reads along, may stand in between. Open any page in a browser to sign in; where the proxy is your company's, name its authority with NODE_EXTRA_CA_CERTS`,
  };
}

/** Whether an answer leads away from where the reply was to go. It is not followed. */
export function interceptionIn(url: string, status: number, location: string | null): Interception | null {
  if (status === 511)
    return {
      by: 'sign_in',
      explained:
        'cannot be reached before somebody signs in to this network (511): open any page in a browser to do so',
    };
  if (status < 300 || status >= 400 || location === null) return null;
  const target = URL.canParse(location, url) ? new URL(location, url) : null;
  if (target === null || target.host === new URL(url).host) return null;
  return {
    by: 'redirect',
    explained: `answers by leading to ${target.host} (${status}), and a reply is not taken there: a network that asks to sign in may stand in between, or the receiver has moved and reply_url has to be changed`,
  };
}

/** Every code in an error and what caused it. Fetch hides the one that matters two or three levels down. */
function codesIn(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const inner = error instanceof AggregateError ? error.errors : [];
  return [...('code' in error ? [String(error.code)] : []), ...inner.flatMap(codesIn), ...codesIn(error.cause)];
}
