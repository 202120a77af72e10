import { Failure, problemCode } from './failure.ts';

/** Exchanges the code shown where the product runs for a token of this browser. Throws a Failure. */
export async function pair(code: string, label: string): Promise<string> {
  const response = await fetch('./api/v1/pair', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code, label }),
  }).catch((cause: unknown) => {
    throw new Failure('UNREACHABLE', { cause });
  });
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw new Failure(problemCode(body, response.status));
  if (typeof body !== 'object' || body === null || !('token' in body) || typeof body.token !== 'string') {
    throw new Failure('INTERNAL');
  }
  return body.token;
}
