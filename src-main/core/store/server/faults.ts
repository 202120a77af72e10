import { AppError, isAppError } from '../../foundation/app-error.ts';
import type { ServerAddress } from './address.ts';

/** What PostgreSQL (a five-character SQLSTATE), MySQL (`ER_…`) and Node (`E…`) say, by what it means for people. */
const unreachable =
  /^(E[A-Z]+|CERT_|08|57P0|53300|PROTOCOL_|ER_SERVER_SHUTDOWN|ER_CON_COUNT|ER_QUERY_INTERRUPTED|DEPTH_|UNABLE_|SELF_SIGNED|HOSTNAME)/;
const denied = /^(28|ER_ACCESS_DENIED_ERROR|ER_DBACCESS_DENIED|ER_NOT_SUPPORTED_AUTH_MODE)/;
const noDatabase = /^(3D000|ER_BAD_DB_ERROR)$/;
const noRights = /^(42501|ER_\w*DENIED)/;
const full = /^(53100|ER_DISK_FULL\w*|ER_RECORD_FILE_FULL)$/;
const again = /^(40001|40P01|ER_LOCK_DEADLOCK|ER_LOCK_WAIT_TIMEOUT|55P03)$/;

export const faultCode = (error: unknown): string => {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : '';
};

/** The transaction was undone by the server because of another one: it may be run again as it is. */
export const isConflict = (error: unknown): boolean => again.test(faultCode(error));

/** Nobody can tell what became of what was under way. */
export const isBroken = (error: unknown): boolean =>
  !isAppError(error) && (unreachable.test(faultCode(error)) || lostWords.test(String((error as Error)?.message)));

/** The drivers have no code for these. */
const lostWords = /connection (is )?(terminated|closed|lost)|closed state|timeout|not queryable|pool is closed/i;

/** A fault of the database server in a plain sentence with what to do; anything else is answered as it is. */
export function asServerFault(error: unknown, { name }: Pick<ServerAddress, 'name'>): unknown {
  if (isAppError(error)) return error;
  const code = faultCode(error);
  const fault = (message: string) =>
    new AppError('STORE_UNAVAILABLE', message, { retry_after_s: 5, reason: code, server: name }, { cause: error });
  if (denied.test(code)) return fault(`${name} refuses this user or password; set them right in memory.url`);
  if (noDatabase.test(code))
    return fault(`${name} has no database of that name; create it, or name another in memory.url`);
  if (noRights.test(code))
    return fault(`${name} does not let this user do that (${code}); give it all rights on its database`);
  if (full.test(code)) {
    return new AppError(
      'STORE_FULL',
      `The disk of ${name} is full. Make room there; nothing that was accepted is lost`,
      { retry_after_s: 30, reason: code, server: name },
      { cause: error },
    );
  }
  if (isBroken(error)) {
    return fault(
      `The database server ${name} cannot be reached${code === '' ? '' : ` (${code})`}. Nothing that was accepted is lost, and Clawdbot tries again by itself; check that the server runs, and the network to it`,
    );
  }
  return error;
}

/** Whether it is the database server that failed, and not the file beside the product. */
export const isServerFault = (error: unknown): boolean => isAppError(error) && error.data['server'] !== undefined;
