import type { ErrorCode } from '../../../../src-shared/error-codes.ts';
import { AppError, isAppError } from '../../foundation/app-error.ts';
import { sqliteCode } from './open.ts';
import type { CallError } from './protocol.ts';

export const isDiskFault = (error: unknown): boolean => sqliteCode(error).startsWith('SQLITE_IOERR');

/** Why a database cannot be used, for everybody who asks meanwhile. */
export function asRefusal(error: unknown, file: string): AppError {
  const { code, message, data } = describeFault(error, file);
  return code === ''
    ? new AppError('STORE_UNAVAILABLE', `The database cannot be opened (${message}); restart the product`, data)
    : new AppError(code as ErrorCode, message, data);
}

/** A fault as it crosses the thread; what SQLite says of `file` in words for people. */
export function describeFault(error: unknown, file: string): CallError {
  const known = isAppError(error) ? error : fromSqlite(error, file);
  if (known) return { code: known.code, message: known.message, data: known.data };
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { code: '', message, data: {}, ...(stack === undefined ? {} : { stack }) };
}

function fromSqlite(error: unknown, file: string): AppError | null {
  const code = sqliteCode(error);
  if (code === 'SQLITE_FULL') {
    return new AppError('STORE_FULL', 'The disk is full. Free some space; nothing that was accepted is lost', {
      retry_after_s: 30,
    });
  }
  if (code.startsWith('SQLITE_IOERR') || code.startsWith('SQLITE_READONLY') || code === 'SQLITE_BUSY') {
    return new AppError(
      'STORE_UNAVAILABLE',
      `The disk does not take what is written to ${file} (${code}). Nothing that was accepted is lost, and Clawdbot tries again by itself; check the disk, its connection and its file system`,
      { retry_after_s: 5, reason: code },
    );
  }
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) {
    return new AppError(
      'DATABASE_CORRUPT',
      `The database ${file} is damaged (${code}). Stop Clawdbot and start it again: it sets the damaged database aside and saves what it can`,
      { file, found: code },
    );
  }
  return null;
}
