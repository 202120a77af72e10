import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where replies go: counts how often each arrives. */
export async function openReplySink() {
  const arrivals = new Map<string, number>();
  let takenRepeats = 0;
  const server = createServer((request, response) => {
    const key = String(request.headers['idempotency-key']);
    request.resume();
    request.on('end', () => {
      arrivals.set(key, (arrivals.get(key) ?? 0) + 1);
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const repeats = () => [...arrivals.values()].reduce((total, count) => total + count - 1, 0);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/replies`,
    /** Replies that arrived, each counted once. */
    get replies(): number {
      return arrivals.size;
    },
    /** How many deliveries were second copies since the last look. */
    takeRepeats(): number {
      const since = repeats() - takenRepeats;
      takenRepeats += since;
      return since;
    },
    close: () => void server.close(),
  };
}

export type ReplySink = Awaited<ReturnType<typeof openReplySink>>;
