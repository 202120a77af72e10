import { lookup } from 'node:dns/promises';
import type { Logger } from '../logger.ts';
import { createLocalRule, findDestination, portOf, type Resolve, readUrl, type WrittenBy } from './destination.ts';
import { EgressFailed, EgressRefused } from './egress-failure.ts';
import { type Answer, type RequestParts, redirectOf, sendOnce } from './send-once.ts';

export interface EgressDeps {
  /** Hosts, `host:port` and networks outside the internet that addresses in config.yaml may lead to. */
  allowPrivate: readonly string[];
  logger: Logger;
  resolve?: Resolve;
  /** Carries one request out; a test that must not reach the internet passes its own. */
  exchange?: typeof sendOnce;
}

export interface OutgoingRequest {
  url: string;
  writtenBy: WrittenBy;
  method: 'GET' | 'HEAD' | 'POST';
  headers?: Readonly<Record<string, string>>;
  body?: Buffer;
  timeoutMs: number;
  /** Bytes of the answer's body. 0: it is not read. */
  maxBytes: number;
  /** Media types that the answer may have; without it, any. */
  accept?: readonly string[];
  /** Redirects that are followed; 0 hands the redirect to the caller. */
  maxRedirects: number;
  signal?: AbortSignal;
}

export interface Egress {
  /** @throws EgressRefused where the place may not be called, EgressFailed where no answer came */
  send(request: OutgoingRequest): Promise<Answer>;
  /** Since the start. */
  figures(): { sent: number; blocked: number };
}

/** What may go along to a place that we were sent to; everything else was meant for the first one. */
const harmless = /^(?:accept|accept-language|user-agent)$/i;

/**
 * The one way out. Whatever calls another machine goes through here, so that no address, no name and no redirect leads
 * into this machine or its network unless the operator said so; a test keeps every other way out of the product.
 */
export function createEgress({ allowPrivate, logger, resolve = resolveName, exchange = sendOnce }: EgressDeps): Egress {
  const rules = { resolve, mayBeLocal: createLocalRule(allowPrivate) };
  let sent = 0;
  let blocked = 0;

  async function send(request: OutgoingRequest): Promise<Answer> {
    const signal = AbortSignal.any([
      ...(request.signal ? [request.signal] : []),
      AbortSignal.timeout(request.timeoutMs),
    ]);
    const followsRedirects = request.maxRedirects > 0;
    const bounds = { maxBytes: request.maxBytes, accept: request.accept ?? null, followsRedirects, signal };
    let url = readUrl(request.url);
    let by = request.writtenBy;
    let parts: RequestParts = { method: request.method, headers: request.headers ?? {}, body: request.body ?? null };
    for (let turn = 0; ; turn++) {
      const destination = await lookUp(url, by, signal);
      sent++;
      const answer = await exchange(destination, parts, bounds);
      const location = followsRedirects ? redirectOf(answer) : null;
      if (location === null) return answer;
      if (turn >= request.maxRedirects) throw new EgressRefused('redirect', 'it was sent on too often');

      const next = readUrl(location, url);
      if (url.protocol === 'https:' && next.protocol === 'http:')
        throw new EgressRefused('redirect', 'it was sent on to where nobody proves who he is');
      if (next.origin !== url.origin) by = 'anyone';
      parts = partsFor(parts, answer.status, next.origin === url.origin);
      url = next;
    }
  }

  async function lookUp(url: URL, by: WrittenBy, signal: AbortSignal) {
    const stopped = new EgressFailed('its name was not found in time', { mayHaveArrived: false });
    try {
      return await orStopped(findDestination(url, rules, by), signal, stopped);
    } catch (error) {
      if (error instanceof EgressRefused || error instanceof EgressFailed) throw error;
      throw new EgressFailed('its name was not found', { mayHaveArrived: false, cause: error });
    }
  }

  return {
    async send(request) {
      try {
        return await send(request);
      } catch (error) {
        if (error instanceof EgressRefused) {
          blocked++;
          logger.warn('egress.blocked', { reason: error.reason, to: placeOf(request.url), by: request.writtenBy });
        }
        throw error;
      }
    },
    figures: () => ({ sent, blocked }),
  };
}

/** As browsers do: 303 and an old redirect of a POST become a GET. */
function partsFor(parts: RequestParts, status: number, sameOrigin: boolean): RequestParts {
  const keeps = sameOrigin && (parts.method !== 'POST' || status === 307 || status === 308);
  if (keeps) return parts;
  const headers = Object.entries(parts.headers).filter(([name]) => harmless.test(name));
  return { method: parts.method === 'HEAD' ? 'HEAD' : 'GET', headers: Object.fromEntries(headers), body: null };
}

/** For the log: neither path nor query, in either of which services put their keys. */
function placeOf(text: string): string {
  const url = URL.parse(text);
  return url ? `${url.protocol}//${url.hostname}:${portOf(url)}` : 'no address';
}

function orStopped<T>(work: Promise<T>, signal: AbortSignal, reason: Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

const resolveName: Resolve = async (name) => {
  const found = await lookup(name, { all: true, order: 'verbatim' });
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
};
