import { ORPCError } from '@orpc/client';
import { type ErrorCode, errorCodes } from '../../src-shared/error-codes.ts';

/** What the interface says of a failure: a code of the product, or that it could not be reached. */
export type FailureCode = ErrorCode | 'UNREACHABLE';

export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: FailureCode;
  readonly retryAfterMs: number | null;

  constructor(code: FailureCode, options?: ErrorOptions & { retryAfterMs?: number }) {
    super(code, options);
    this.code = code;
    this.retryAfterMs = options?.retryAfterMs ?? null;
  }
}

const isErrorCode = (code: unknown): code is ErrorCode => typeof code === 'string' && Object.hasOwn(errorCodes, code);

/** oRPC's own names for what our codes call otherwise. */
const aliases: Record<string, ErrorCode> = {
  INTERNAL_SERVER_ERROR: 'INTERNAL',
  TOO_MANY_REQUESTS: 'RATE_LIMITED',
  SERVICE_UNAVAILABLE: 'STORE_UNAVAILABLE',
  TIMEOUT: 'REQUEST_TIMEOUT',
};

/** The code of whatever a call threw. A socket that closed under a call throws plain errors: the product was not reached. */
export function failureCode(error: unknown): FailureCode {
  if (error instanceof Failure) return error.code;
  if (error instanceof ORPCError) {
    const code: unknown = error.code;
    if (isErrorCode(code)) return code;
    return (typeof code === 'string' ? aliases[code] : undefined) ?? 'INTERNAL';
  }
  return 'UNREACHABLE';
}

/** The code in an RFC 9457 problem document. */
export function problemCode(problem: unknown, status: number): FailureCode {
  if (typeof problem === 'object' && problem !== null && 'code' in problem && isErrorCode(problem.code))
    return problem.code;
  if (status === 401) return 'PAIRING_CODE_INVALID';
  if (status === 429) return 'RATE_LIMITED';
  return 'INTERNAL';
}

/** Worth another try later without the user: the request itself was fine. */
export const isPassing = (code: FailureCode): boolean =>
  code === 'UNREACHABLE' ||
  code === 'QUEUE_FULL' ||
  code === 'RATE_LIMITED' ||
  code === 'SHUTTING_DOWN' ||
  code === 'STORE_UNAVAILABLE' ||
  code === 'REQUEST_TIMEOUT';
