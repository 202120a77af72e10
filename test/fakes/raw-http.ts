import { connect } from 'node:net';

export interface RawAnswer {
  /** 0 when the connection ended without an answer. */
  status: number;
  head: string;
  body: string;
}

/** Writes bytes as they are and answers what came back until the server closed the connection, or a whole answer came. */
export function exchange(
  port: number,
  request: string | Buffer,
  { host = '127.0.0.1', halfClose = false } = {},
): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const socket = connect({ port, host, allowHalfOpen: true });
    let received = Buffer.alloc(0);
    const finish = () => {
      socket.destroy();
      resolve(read(received));
    };
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (isWhole(received)) finish();
    });
    socket.on('end', finish);
    // A reset is an answer too: the server did not want the rest.
    socket.on('error', finish);
    socket.write(request, () => halfClose && socket.end());
  });
}

function isWhole(bytes: Buffer): boolean {
  const text = bytes.toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const length = /^content-length: (\d+)/im.exec(text.slice(0, end))?.[1];
  return length !== undefined && bytes.length >= end + 4 + Number(length);
}

function read(bytes: Buffer): RawAnswer {
  const [head, body] = splitOnce(bytes.toString('utf8'), '\r\n\r\n');
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0), head, body };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

/** A request with exactly these header lines. */
export function raw(method: string, path: string, headers: readonly string[], body: string | Buffer = ''): Buffer {
  const head = [
    `${method} ${path} HTTP/1.1`,
    ...headers,
    ...(body.length > 0 ? [`content-length: ${Buffer.byteLength(body)}`] : []),
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), Buffer.from(body)]);
}

/** The header lines that ask for a WebSocket. */
export const upgradeHeaders = [
  'connection: upgrade',
  'upgrade: websocket',
  'sec-websocket-version: 13',
  'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
];
