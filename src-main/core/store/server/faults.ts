import { AppError, isAppError } from '../../foundation/app-error.ts';
import type { ServerAddress } from './address.ts';

/** What PostgreSQL (a five-character SQLSTATE), MySQL (`ER_…`) and Node (`E…`) say, by what it means for people. */
const unreachable =
  /^(ECONN|ETIMEDOUT|ENOTFOUND|EAI_|EHOST|ENET|EPIPE|EADDRNOTAVAIL|08|57P0|53300|PROTOCOL_|ER_SERVER_SHUTDOWN|ER_CON_COUNT|ER_QUERY_INTERRUPTED)/;
const untrusted = /^(CERT_|DEPTH_|UNABLE_|SELF_SIGNED|HOSTNAME|ERR_TLS|ERR_SSL|HANDSHAKE_SSL_ERROR)/;
const noTls = /^HANDSHAKE_NO_SSL_SUPPORT$/;
/** `pg` has no code for it. */
const noTlsWords = 'does not support SSL';
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

/**
 * A fault of the database server in a plain sentence with what to do; anything else is answered as it is. `lasts` in its
 * data: waiting changes nothing.
 */
export function asServerFault(error: unknown, { name }: Pick<ServerAddress, 'name'>): unknown {
  if (isAppError(error)) return error;
  const code = faultCode(error);
  const fault = (message: string, { lasts = true } = {}) =>
    new AppError(
      'STORE_UNAVAILABLE',
      message,
      { retry_after_s: 5, reason: code, server: name, lasts },
      { cause: error },
    );
  if (noTls.test(code) || String((error as Error)?.message).includes(noTlsWords))
    return fault(`${name} does not offer TLS; switch it on there, or say ?sslmode=disable where the way to it is safe`);
  if (untrusted.test(code)) {
    return fault(
      `${name} shows no certificate that can be trusted for that name (${code}); name the certificate of its authority with ?sslrootcert=FILE, and the server by the name in its certificate`,
    );
  }
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
      { lasts: false },
    );
  }
  return error;
}

/** Whether it is the database server that failed, and not the file beside the product. */
export const isServerFault = (error: unknown): boolean => isAppError(error) && error.data['server'] !== undefined;

/** A fault of the server in plain words. */
export async function speakingOf<T>(server: Pick<ServerAddress, 'name'>, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw asServerFault(error, server);
  }
}
