import type { ServerResponse } from 'node:http';
import { ORPCError } from '@orpc/server';
import { privateHeaders } from './security-headers.ts';

/** A quiet stream says this often that it still lives. */
const keepAliveMs = 15_000;
/** What may wait for a reader that does not read; then the stream ends, and a reader that wants to go on asks anew. */
const maxUnread = 1024 * 1024;

/** Sends values as server-sent events until they end, fail, or `signal` aborts. Never rejects: a stream has begun by then. */
export async function sendEvents(
  response: ServerResponse,
  events: AsyncIterator<unknown>,
  signal: AbortSignal,
): Promise<void> {
  response.writeHead(200, [
    ...privateHeaders,
    'content-type',
    'text/event-stream; charset=utf-8',
    'x-accel-buffering',
    'no',
  ]);
  response.write(': \n\n');
  const keepAlive = setInterval(() => response.write(': \n\n'), keepAliveMs);
  try {
    // The producer holds the same signal, so an aborted stream ends here by itself.
    for (let step = await events.next(); !step.done; step = await events.next()) {
      if (signal.aborted) break;
      response.write(`event: message\ndata: ${JSON.stringify(step.value)}\n\n`);
      if (response.writableLength > maxUnread) response.destroy();
    }
    await events.return?.();
    if (!signal.aborted) response.write('event: done\ndata: \n\n');
  } catch (error) {
    const code = error instanceof ORPCError ? String(error.code) : 'INTERNAL';
    response.write(`event: error\ndata: ${JSON.stringify({ code })}\n\n`);
  } finally {
    clearInterval(keepAlive);
    response.end();
  }
}
