import type { ServerResponse } from 'node:http';
import { type ErrorCode, errorCodes } from '../../src-shared/error-codes.ts';
import { isAppError } from '../core/foundation/app-error.ts';

const { STATUS_CODES } = process.getBuiltinModule('node:http');

/** RFC 9457, with our code beside it. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ErrorCode;
  /** What exactly is wrong with the input, field by field. */
  errors?: { pointer: string; detail: string }[];
}

/** A problem on its way to an HTTP caller. */
export interface Refusal {
  problem: Problem;
  headers: Record<string, string>;
}

/** Logs a failure that nobody expected and returns its incident id. */
export type Report = (error: unknown) => string;

export function refusal(code: ErrorCode, detail: string, headers: Record<string, string> = {}): Refusal {
  const status: number = errorCodes[code];
  return {
    problem: {
      type: `urn:clawdbot:problem:${code.toLowerCase().replaceAll('_', '-')}`,
      title: STATUS_CODES[status] ?? code,
      status,
      detail,
      code,
    },
    headers,
  };
}

export const stoppingRefusal = refusal('SHUTTING_DOWN', 'Clawdbot is stopping; try again in a moment', {
  'retry-after': '5',
  connection: 'close',
});

/** Nothing without a code leaves but INTERNAL, with an incident id that the log has too. */
export function refusalOf(error: unknown, report: Report): Refusal {
  if (!isAppError(error))
    return refusal('INTERNAL', `Something went wrong here; the log has it as incident ${report(error)}`);
  return refusal(error.code, error.message, retryHeader(error.data));
}

/** A failure that says when to come back carries `retry_after_s` in its data. */
export function retryHeader(data: unknown): Record<string, string> {
  const seconds = typeof data === 'object' && data !== null && 'retry_after_s' in data ? data.retry_after_s : undefined;
  return typeof seconds === 'number' ? { 'retry-after': String(Math.max(1, Math.ceil(seconds))) } : {};
}

export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errorCodes, code);

const problemHeaders = Object.entries({
  'content-type': 'application/problem+json; charset=utf-8',
  'cache-control': 'no-store',
}).flat();

/** Ends a response with a problem document; `shared` are header pairs that every response carries. */
export function sendRefusal(
  response: ServerResponse,
  { problem, headers }: Refusal,
  shared: readonly string[] = [],
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const body = JSON.stringify(problem);
  const length = ['content-length', String(Buffer.byteLength(body))];
  response.writeHead(problem.status, [...shared, ...problemHeaders, ...Object.entries(headers).flat(), ...length]);
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

/** The same as bytes, for a socket that is no HTTP response (yet). */
export function refusalBytes({ problem, headers }: Refusal): string {
  const body = JSON.stringify(problem);
  const lines = Object.entries({
    'content-type': 'application/problem+json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${problem.status} ${problem.title}\r\n${lines.join('')}\r\n${body}`;
}
