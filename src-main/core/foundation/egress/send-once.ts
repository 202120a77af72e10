import type { ClientRequest, IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http';
import type { LookupFunction, Socket, TcpNetConnectOpts } from 'node:net';
import type { Destination } from './destination.ts';
import { EgressFailed } from './egress-failure.ts';

export interface RequestParts {
  method: 'GET' | 'HEAD' | 'POST';
  headers: Readonly<Record<string, string>>;
  body: Buffer | null;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  /** Empty where it was not asked for. */
  body: Buffer;
}

export interface Bounds {
  /** Bytes of the answer's body. 0: the body is not read, so that one without end costs nothing. */
  maxBytes: number;
  /** Media types of an answer that is read; without it, any. */
  accept: readonly string[] | null;
  /** The page that comes with a redirect is nobody's answer: it is neither read nor judged. */
  followsRedirects: boolean;
  signal: AbortSignal;
}

const maxHeaderBytes = 16 * 1024;

/** One request on a connection of its own, to the very addresses that were checked. @throws EgressFailed */
export async function sendOnce({ url, addresses }: Destination, parts: RequestParts, bounds: Bounds): Promise<Answer> {
  // Imported statically, node:http would bring a WebSocket client that nobody asked for.
  const { request: send } = process.getBuiltinModule(url.protocol === 'https:' ? 'node:https' : 'node:http');
  let mayHaveArrived = false;
  const failed = (message: string, cause?: unknown) => new EgressFailed(message, { mayHaveArrived, cause });

  const options: RequestOptions & Pick<TcpNetConnectOpts, 'autoSelectFamily'> = {
    method: parts.method,
    headers: { 'accept-encoding': 'identity', ...parts.headers },
    agent: false,
    autoSelectFamily: true,
    lookup: only(addresses),
    maxHeaderSize: maxHeaderBytes,
    insecureHTTPParser: false,
    signal: bounds.signal,
  };
  const request = send(url, options);
  request.once('socket', (socket: Socket) => {
    // With TLS nothing of ours leaves before the other side has proved who it is.
    socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => (mayHaveArrived = true));
  });
  try {
    const response = await answerTo(request, parts.body);
    const { statusCode: status = 0, headers } = response;
    const leadsOn = bounds.followsRedirects && redirectOf({ status, headers }) !== null;
    const body = bounds.maxBytes > 0 && !leadsOn ? await read(response, bounds, failed) : Buffer.alloc(0);
    return { status, headers, body };
  } catch (error) {
    throw error instanceof EgressFailed ? error : failed('no answer came', error);
  } finally {
    request.destroy();
  }
}

const redirecting = new Set([301, 302, 303, 307, 308]);

/** Where an answer sends us on, as it was written there. */
export const redirectOf = ({ status, headers }: Pick<Answer, 'status' | 'headers'>): string | null =>
  redirecting.has(status) ? (headers.location ?? null) : null;

/** Of a connection that tries several addresses, which asks for all of them. */
const only =
  (addresses: Destination['addresses']): LookupFunction =>
  (_name, _options, done) =>
    done(null, [...addresses]);

function answerTo(request: ClientRequest, body: Buffer | null): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    // Without a listener such an answer would be neither an answer nor an error, and be waited for in vain.
    request.once('upgrade', () => reject(new Error('the other side changed the protocol, which was not asked for')));
    // Kept for the life of the request: once the answer is there, cutting the rest off is no failure of ours.
    request.on('error', reject);
    request.end(body ?? undefined);
  });
}

async function read(
  response: IncomingMessage,
  { maxBytes, accept }: Bounds,
  failed: (message: string) => EgressFailed,
): Promise<Buffer> {
  const type = (response.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (accept && !accept.includes(type)) throw failed('the answer is of another kind than was asked for');
  if (!/^(?:identity)?$/i.test(response.headers['content-encoding'] ?? ''))
    throw failed('the answer is compressed, which was not asked for');

  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw failed(`the answer is longer than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
