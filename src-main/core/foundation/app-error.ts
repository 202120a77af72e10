import { type ErrorCode, errorCodes } from '../../../src-shared/error-codes.ts';

/** A failure that the caller can be told about: a code, a plain sentence with the remedy, and data for the interface. */
export class AppError<C extends ErrorCode = ErrorCode> extends Error {
  readonly code: C;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(code: C, message: string, data: Readonly<Record<string, unknown>> = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
    this.data = data;
  }

  /** HTTP status of the code. */
  get status(): number {
    return errorCodes[this.code];
  }
}

export const isAppError = (error: unknown): error is AppError => error instanceof AppError;

/** For `switch` statements over a union: adding a variant makes this line fail to compile. */
export function assertNever(value: never): never {
  throw new TypeError(`unexpected variant ${JSON.stringify(value)}`);
}
