import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { AppError } from '../../foundation/app-error.ts';
import { isLoopback } from '../../foundation/loopback.ts';

export type ServerKind = 'postgresql' | 'mysql';

/** Where a database server is, and how it is talked to. `password` never leaves this process but to that server. */
export interface ServerAddress {
  kind: ServerKind;
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  /** Null: in the open, which only a server on this machine or an explicit wish makes so. */
  tls: { ca: string | undefined } | null;
  /** For sentences: `postgresql://db.example:5432/clawdbot`, without user and password. */
  name: string;
}

const kinds: Readonly<Record<string, { kind: ServerKind; port: number }>> = {
  'postgres:': { kind: 'postgresql', port: 5432 },
  'postgresql:': { kind: 'postgresql', port: 5432 },
  'mysql:': { kind: 'mysql', port: 3306 },
  'mariadb:': { kind: 'mysql', port: 3306 },
};

const form = 'postgresql://USER:SECRET@HOST:PORT/DATABASE or mysql://…';

/**
 * Reads an address such as `postgresql://clawdbot:secret@db.example:5432/clawdbot?sslrootcert=/etc/ca.pem`. Other machines
 * are spoken to by TLS with a certificate that is checked; `?sslmode=disable` says that the way there is safe without.
 *
 * @throws AppError CONFIG_INVALID, with a sentence that holds nothing of a password
 */
export function parseAddress(text: string): ServerAddress {
  const url = URL.parse(text);
  const known = url && kinds[url.protocol];
  if (!url || !known) throw invalid(`expected ${form}`);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const database = decoded(url.pathname.slice(1), 'the database');
  if (host === '') throw invalid(`there is no host in it; expected ${form}`);
  if (database === '' || database.includes('/')) throw invalid(`there is no database in it; expected ${form}`);
  const port = url.port === '' ? known.port : Number(url.port);
  const tls = tlsOf(url.searchParams, host);
  // Its client compares no certificate with an address, so whoever answers there would be believed.
  if (known.kind === 'mysql' && tls && isIP(host) !== 0)
    throw invalid('name the server by the name in its certificate, not by its address');
  return {
    kind: known.kind,
    host,
    port,
    user: decoded(url.username, 'the user'),
    password: decoded(url.password, 'the password'),
    database,
    tls,
    name: `${known.kind}://${url.hostname}:${port}/${database}`,
  };
}

/** Those of PostgreSQL's own clients. Whoever asks for TLS gets a certificate that is checked, and nothing less. */
const modes = new Set(['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full']);
const undecided = new Set(['allow', 'prefer']);

function tlsOf(options: URLSearchParams, host: string): ServerAddress['tls'] {
  for (const option of options.keys())
    if (option !== 'sslmode' && option !== 'sslrootcert')
      throw invalid(`the option ${option.slice(0, 40)} is not known; sslmode and sslrootcert are`);
  const mode = options.get('sslmode') ?? 'prefer';
  if (!modes.has(mode)) throw invalid('sslmode is verify-full or disable');
  if (mode === 'disable' || (undecided.has(mode) && isLoopback(host))) return null;
  const file = options.get('sslrootcert');
  return { ca: file === null ? undefined : certificate(file) };
}

function certificate(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw invalid(`sslrootcert ${file} cannot be read`, cause);
  }
}

function decoded(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw invalid(`${what} has a % that begins nothing; write it as %25`, cause);
  }
}

const invalid = (what: string, cause?: unknown): AppError =>
  new AppError('CONFIG_INVALID', `The address of the database (memory.url) is not one: ${what}`, {}, { cause });
