import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  Kysely,
  MysqlDialect,
  PostgresDialect,
  sql,
} from 'kysely';
import { AppError } from '../../foundation/app-error.ts';
import type { ServerAddress, ServerKind } from './address.ts';
import { asServerFault } from './faults.ts';

/** Tables by name, rows by column: which there are the working copy says. */
export type ServerTables = Record<string, Record<string, unknown>>;

/** One session with a database server, the only one that this product has. */
export interface Connection {
  kind: ServerKind;
  name: string;
  db: Kysely<ServerTables>;
  /** Whether the session ended by itself, and the lock with it: the pool would open another one and say nothing. */
  isLost(): boolean;
  /** Ends the session at once, also one that does not answer. */
  close(): Promise<void>;
}

/**
 * A server that says nothing for so long is taken for lost: within a commit, and while a session is opened, so short that
 * both together leave a product that is told to end its ten seconds; for a page of a copy longer.
 */
const silenceMs = 4_000;
const connectMs = 4_000;
const pageMs = 30_000;
/**
 * For how long MySQL keeps the place of a client that says nothing. Whoever runs says something every few seconds; whoever
 * makes a copy may be busy with the text index of a million memories for minutes.
 */
const keptForS = { running: 60, copying: 1_800 };

/** The lock by which a second product is kept off the same database: "clawdbot", as a number and as a name. */
const lockNumber = 0x636c6177;
const lockName = 'clawdbot';

/**
 * Opens a session and takes the lock of the database.
 *
 * @throws AppError STORE_UNAVAILABLE, also while another product has the database
 */
export async function connect(address: ServerAddress, doing: keyof typeof keptForS = 'running'): Promise<Connection> {
  const { db, isLost, end } = await openSession(address);
  const connection: Connection = { kind: address.kind, name: address.name, db, isLost, close: end };
  try {
    if (doing === 'copying') await keepPlace(connection, doing);
    if (!(await takeLock(connection, address.database))) throw inUse(address);
    return connection;
  } catch (error) {
    await connection.close();
    throw asServerFault(error, address);
  }
}

interface Session extends Pick<Connection, 'db' | 'isLost'> {
  end(): Promise<void>;
}

/** A session that holds no lock: for looking. */
export async function openSession(address: ServerAddress): Promise<Session> {
  const { dialect, isLost, destroy } = address.kind === 'postgresql' ? await postgres(address) : await mysql(address);
  const db = new Kysely<ServerTables>({ dialect });
  return {
    db,
    isLost,
    async end() {
      // A server that was told gives the lock back at once; one that does not answer is left.
      await Promise.race([
        db.destroy().catch(() => {}),
        new Promise((resolve) => setTimeout(resolve, farewellMs).unref()),
      ]);
      destroy();
    },
  };
}

const farewellMs = 1_000;

const inUse = ({ name }: ServerAddress): AppError =>
  new AppError(
    'STORE_UNAVAILABLE',
    `Another Clawdbot uses the database ${name}. Stop it first, or give this one a database of its own`,
    { retry_after_s: 5, reason: 'in_use', server: name },
  );

/**
 * What every session is told before anything else, also one that the pool opens in the place of a broken one: durable before
 * it is answered, whatever the server was told otherwise; and a client that vanished is noticed within a minute.
 */
const opening: Record<ServerKind, readonly string[]> = {
  postgresql: [
    // Stronger than `on` is left as it is.
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local')",
    'SET tcp_keepalives_idle = 20',
    'SET tcp_keepalives_interval = 10',
    'SET tcp_keepalives_count = 3',
  ],
  mysql: [
    "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'",
    'SET SESSION innodb_lock_wait_timeout = 10',
    `SET SESSION wait_timeout = ${keptForS.running}`,
  ],
};

const openingOf = (kind: ServerKind) => ({
  async onCreateConnection(session: DatabaseConnection) {
    for (const statement of opening[kind]) await session.executeQuery(CompiledQuery.raw(statement));
  },
});

/** PostgreSQL asks the network itself whether the client is still there. */
export async function keepPlace({ db, kind }: Connection, doing: keyof typeof keptForS): Promise<void> {
  if (kind === 'mysql') await sql`SET SESSION wait_timeout = ${sql.lit(keptForS[doing])}`.execute(db);
}

async function takeLock({ db, kind }: Connection, database: string): Promise<boolean> {
  const asked =
    kind === 'postgresql'
      ? sql<{ taken: boolean }>`SELECT pg_try_advisory_lock(${sql.lit(lockNumber)}) AS taken`
      : sql<{ taken: number }>`SELECT GET_LOCK(${`${lockName}:${database}`.slice(0, 64)}, 0) AS taken`;
  const { rows } = await asked.execute(db);
  return Boolean(rows[0]?.taken);
}

interface Driver {
  dialect: Dialect;
  isLost(): boolean;
  destroy(): void;
}

async function postgres({ host, port, user, password, database, tls }: ServerAddress): Promise<Driver> {
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({
    host,
    port,
    user,
    password,
    database,
    ssl: tls ? { ...tls, rejectUnauthorized: true } : false,
    // More than one session would part the lock from what it guards.
    max: 1,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: connectMs,
    query_timeout: pageMs,
    keepAlive: true,
    application_name: 'clawdbot',
    types: { getTypeParser: (oid, format) => (oid === int8 ? Number : pg.types.getTypeParser(oid, format)) },
  });
  // A session that ends shows in what is asked of it; told as an event that nobody hears it would end the thread.
  pool.on('error', () => {});
  let lost = false;
  const clients = new Set<{ connection?: { stream?: { destroy(): void } } }>();
  pool.on('connect', (client) => {
    client.on('error', () => {});
    client.on('end', () => (lost = true));
    clients.add(client as never);
  });
  return {
    dialect: new PostgresDialect({ pool, ...openingOf('postgresql') }),
    isLost: () => lost,
    destroy() {
      for (const { connection } of clients) connection?.stream?.destroy();
    },
  };
}

/** All of ours are well below 2^53. */
const int8 = 20;

async function mysql({ host, port, user, password, database, tls }: ServerAddress): Promise<Driver> {
  const { createPool } = await import('mysql2');
  const pool = createPool({
    host,
    port,
    user,
    password,
    database,
    ...(tls ? { ssl: { ...(tls.ca ? { ca: tls.ca } : {}), rejectUnauthorized: true, verifyIdentity: true } } : {}),
    connectionLimit: 1,
    connectTimeout: connectMs,
    enableKeepAlive: true,
    charset: 'utf8mb4',
    supportBigNumbers: true,
    // Otherwise it writes programs of its own to read rows with.
    disableEval: true,
  });
  let lost = false;
  const sockets = new Set<{ destroy(): void }>();
  pool.on('connection', (client) => {
    const end = () => {
      lost = true;
    };
    client.on('error', end);
    client.on('end', end);
    sockets.add(client as never);
  });
  return {
    dialect: new MysqlDialect({ pool: pool as never, ...openingOf('mysql') }),
    isLost: () => lost,
    destroy() {
      for (const client of sockets) client.destroy();
    },
  };
}

/** What does not answer in time is taken for lost. */
export async function withinTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })), silenceMs);
  });
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    // Its own failure comes later, when nobody waits any more.
    work.catch(() => {});
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
