import { UpdateRefused } from './update-refused.ts';

/** How the feed is asked; only `update-session.ts` knows a way. */
export type AskFeed = (url: string, init: RequestInit) => Promise<Response>;

/** A notice is a few thousand bytes; what is larger is none. */
const largest = 64_000;
const timeoutMs = 30_000;

/** Asks the feed for a notice: over TLS, from that address and no other, and no more than a notice can be. */
export async function fetchNotice(url: URL, ask: AskFeed, signal: AbortSignal): Promise<string> {
  if (url.protocol !== 'https:') throw new UpdateRefused('insecure');
  try {
    const response = await ask(url.href, {
      redirect: 'error',
      cache: 'no-store',
      credentials: 'omit',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    if (!response.ok || !response.body) throw new UpdateRefused('unreachable');
    return await readBounded(response.body);
  } catch (cause) {
    throw cause instanceof UpdateRefused ? cause : new UpdateRefused('unreachable', { cause });
  }
}

async function readBounded(body: ReadableStream<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > largest) throw new UpdateRefused('notice');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
