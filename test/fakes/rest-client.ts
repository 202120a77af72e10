import { ORPCError } from '@orpc/client';
import { type Client, contract } from '../../src-shared/contract/index.ts';

interface Target {
  url: string;
  token: string;
  /** Ends every call of this client, as closing its program would. */
  signal: AbortSignal;
}
type Route = { method: string; path: string };
type Call = (input?: Record<string, unknown>, options?: { signal?: AbortSignal }) => Promise<unknown>;

/** The contract's client over plain REST, as a stranger's program would write it: paths, queries, JSON, event streams. */
export function connectOverRest(target: Target): Client {
  const areas = Object.entries(contract).map(([area, operations]) => {
    const calls = Object.entries(operations).map(([name, operation]): [string, Call] => {
      const route = (operation as { '~orpc': { route: Route } })['~orpc'].route;
      return [name, (input = {}, options = {}) => call(target, route, input, options)];
    });
    return [area, Object.fromEntries(calls)];
  });
  return Object.fromEntries(areas) as Client;
}

async function call(
  { url, token, signal: gone }: Target,
  { method, path }: Route,
  input: Record<string, unknown>,
  { signal }: { signal?: AbortSignal },
) {
  const rest = { ...input };
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = encodeURIComponent(String(rest[name]));
    delete rest[name];
    return value;
  });
  const asQuery = method === 'GET' || method === 'DELETE';
  const query =
    asQuery && Object.keys(rest).length > 0 ? `?${new URLSearchParams(rest as Record<string, string>)}` : '';
  const response = await fetch(`${url}/api/v1${filled}${query}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(asQuery ? {} : { 'content-type': 'application/json' }) },
    ...(asQuery ? {} : { body: JSON.stringify(rest) }),
    signal: signal ? AbortSignal.any([signal, gone]) : gone,
  });
  if (!response.ok) throw asError(await response.json());
  if (response.headers.get('content-type')?.startsWith('text/event-stream')) return readEvents(response);
  return response.json();
}

function asError(problem: unknown): ORPCError<string, unknown> {
  const { code, status, detail } = problem as { code: string; status: number; detail: string };
  return new ORPCError(code, { status, message: detail });
}

async function* readEvents(response: Response): AsyncGenerator<unknown, void> {
  if (!response.body) return;
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const event = text.slice(0, end);
      text = text.slice(end + 2);
      const data = /^data: (.*)$/m.exec(event)?.[1];
      if (event.startsWith('event: message') && data) yield JSON.parse(data);
    }
  }
}
