// Real database servers for tests: each in a fresh temporary folder and on a free port of the loopback.
import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  accessSync,
  chownSync,
  constants,
  existsSync,
  globSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { freePort } from './product.ts';

export type ServerKind = 'postgresql' | 'mysql';
export const serverKinds: readonly ServerKind[] = ['postgresql', 'mysql'];

export interface DatabaseServer {
  kind: ServerKind;
  /** postgres://clawdbot:pw@127.0.0.1:PORT/clawdbot or mysql://… */
  url: string;
  /** A new empty database on it, which the user of the URL may do everything in; answers its URL. */
  create(name: string): Promise<string>;
  /** As a power cut: what was not committed is lost, and what has to be recovered is at the next start. */
  kill(): Promise<void>;
  /** Starts it again on the same port and folder after `kill`; resolves when it takes connections. */
  start(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** Waits for the disk at each commit, as a server does that people rely on. */
  durable?: boolean;
  /** For whoever wants TLS; without TLS it can be spoken to as before. */
  certificate?: { key: string; cert: string };
}

/** Null where the programs are not installed. */
export async function startDatabaseServer(
  kind: ServerKind,
  { durable = false, certificate }: ServerOptions = {},
): Promise<DatabaseServer | null> {
  const engine = engines[kind];
  const programs = findPrograms(engine.programs);
  const account = findAccount(engine.account);
  if (!programs || !account) return null;

  const folder = openFolder(account);
  const place: Place = {
    programs,
    account,
    folder,
    durable,
    tls: null,
    password: newPassword(),
    adminPassword: newPassword(),
  };
  if (certificate) {
    place.tls = {
      key: write(place, 'server.key', certificate.key),
      cert: write(place, 'server.pem', certificate.cert),
    };
  }
  let server: ChildProcess | null = null;
  const abandon = () => {
    server?.kill(engine.cut);
    removeUnderWriter(folder);
  };
  process.once('exit', abandon);
  try {
    await engine.setUp(place);
    const site: Site = { ...place, port: await freePort() };
    await start(site);
    return {
      kind,
      url: await create(site, 'clawdbot'),
      create: (name) => create(site, name),
      kill,
      start: () => start(site),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }

  async function start(site: Site): Promise<void> {
    if (isRunning(server)) return;
    server = begin(site.programs.serve, engine.serve(site), engine.cut, within(site));
    await untilReady(server, engine.ready);
  }

  async function create(site: Site, name: string): Promise<string> {
    // It goes into statements and addresses as it is.
    if (!/^[a-z][a-z0-9_]{0,62}$/.test(name)) throw new Error(`${name} is no name for a database of the tests`);
    await engine.create(site, name);
    return `${engine.scheme}://clawdbot:${site.password}@127.0.0.1:${site.port}/${name}`;
  }

  async function kill(): Promise<void> {
    if (!isRunning(server)) return;
    const gone = once(server, 'exit');
    server.kill(engine.cut);
    await gone;
  }

  async function stop(): Promise<void> {
    // Nothing of it is kept, so it need not end well.
    await kill();
    process.off('exit', abandon);
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Programs {
  setUp: string;
  serve: string;
  client: string;
}

/** The account of the system that a server runs under; no ids where it is ours. */
interface Account {
  uid?: number;
  gid?: number;
}

interface Place {
  programs: Programs;
  account: Account;
  folder: string;
  durable: boolean;
  /** The files of its certificate. */
  tls: { key: string; cert: string } | null;
  password: string;
  adminPassword: string;
}

interface Site extends Place {
  port: number;
}

interface Engine {
  scheme: 'postgres' | 'mysql';
  /** What the server runs under where we are root. */
  account: string;
  /** The names that each program goes by. */
  programs: Record<keyof Programs, readonly string[]>;
  /** What the server says on standard error once it takes connections. */
  ready: string;
  /** The signal that ends it as a power cut would. */
  cut: 'SIGQUIT' | 'SIGKILL';
  setUp(place: Place): Promise<void>;
  serve(site: Site): string[];
  create(site: Site, name: string): Promise<void>;
}

/**
 * Both leave out fsync unless asked: what ends here is the server and never the machine, so what was written is still
 * there.
 */
const engines: Record<ServerKind, Engine> = {
  postgresql: {
    scheme: 'postgres',
    account: 'postgres',
    programs: { setUp: ['initdb'], serve: ['postgres'], client: ['psql'] },
    ready: 'database system is ready to accept connections',
    // SIGKILL would leave its other processes and its shared memory behind; this is its own immediate shutdown.
    cut: 'SIGQUIT',
    async setUp(place) {
      const { programs, folder, password, adminPassword } = place;
      const data = join(folder, 'data');
      const who = ['--username=administrator', `--pwfile=${write(place, 'password', adminPassword)}`];
      const how = ['--no-sync', '--encoding=UTF8', '--locale=C', '--auth=scram-sha-256'];
      await finish(programs.setUp, [`--pgdata=${data}`, ...who, ...how], within(place));
      const alone = ['--single', '-D', data, '-c', 'exit_on_error=on', '-c', 'fsync=off', 'postgres'];
      const input = `CREATE ROLE clawdbot LOGIN PASSWORD '${password}'\n`;
      await finish(programs.serve, alone, { ...within(place), input });
    },
    serve({ folder, port, durable, tls }) {
      const disk = durable ? [] : ['fsync=off'];
      const secured = tls ? ['ssl=on', `ssl_cert_file=${tls.cert}`, `ssl_key_file=${tls.key}`] : [];
      const settings = ['listen_addresses=127.0.0.1', `port=${port}`, 'unix_socket_directories=', ...disk, ...secured];
      return ['-D', join(folder, 'data'), ...settings.flatMap((setting) => ['-c', setting])];
    },
    async create({ programs, port, adminPassword }, name) {
      const where = ['--host=127.0.0.1', `--port=${port}`, '--username=administrator', '--dbname=postgres'];
      const what = ['--no-psqlrc', `--command=CREATE DATABASE ${name} OWNER clawdbot`];
      await finish(programs.client, [...where, ...what], { env: { ...process.env, PGPASSWORD: adminPassword } });
    },
  },
  mysql: {
    scheme: 'mysql',
    account: 'mysql',
    programs: { setUp: ['mariadb-install-db'], serve: ['mariadbd', 'mysqld'], client: ['mariadb', 'mysql'] },
    ready: 'ready for connections',
    cut: 'SIGKILL',
    async setUp(place) {
      const { programs, folder, password, adminPassword } = place;
      const users = write(
        place,
        'users.sql',
        // Users are unknown to the set-up until it is told to read their tables.
        `FLUSH PRIVILEGES;
CREATE USER administrator@127.0.0.1 IDENTIFIED BY '${adminPassword}';
GRANT ALL ON *.* TO administrator@127.0.0.1 WITH GRANT OPTION;
CREATE USER clawdbot@127.0.0.1 IDENTIFIED BY '${password}';
`,
      );
      const what = [`--datadir=${join(folder, 'data')}`, `--extra-file=${users}`, '--skip-test-db'];
      const how = ['--skip-name-resolve', '--debug-no-sync'];
      await finish(programs.setUp, ['--no-defaults', ...what, ...how], within(place));
    },
    serve({ folder, port, durable, tls }) {
      const where = [`--datadir=${join(folder, 'data')}`, '--bind-address=127.0.0.1', `--port=${port}`, '--socket='];
      // The character set is what Debian's own settings say.
      const disk = durable ? [] : ['--debug-no-sync'];
      const how = ['--skip-name-resolve', ...disk, '--character-set-server=utf8mb4'];
      const secured = tls ? [`--ssl-cert=${tls.cert}`, `--ssl-key=${tls.key}`] : [];
      return ['--no-defaults', ...where, ...how, ...secured];
    },
    async create({ programs, port, adminPassword }, name) {
      const where = ['--host=127.0.0.1', '--protocol=tcp', `--port=${port}`, '--user=administrator'];
      // An underscore in what is granted stands for any character.
      const input = `CREATE DATABASE ${name};
        GRANT ALL ON \`${name.replaceAll('_', '\\_')}\`.* TO clawdbot@127.0.0.1;`;
      const env = { ...process.env, MYSQL_PWD: adminPassword };
      await finish(programs.client, ['--no-defaults', ...where], { env, input });
    },
  },
};

const newPassword = () => randomBytes(18).toString('hex');

/** A file that only the account reads. */
function write({ folder, account }: Place, name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text, { mode: 0o600 });
  give(file, account);
  return file;
}

function give(path: string, { uid, gid }: Account): void {
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
}

/** Debian keeps the programs of PostgreSQL out of the path, and those that are in it are a wrapper in Perl. */
function findPrograms(names: Engine['programs']): Programs | null {
  const debian = globSync('/usr/lib/postgresql/*/bin').sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  const path = (process.env['PATH'] ?? '').split(delimiter).filter(isAbsolute);
  const folders = [...debian, ...path, '/usr/sbin'];
  const find = (any: readonly string[]) =>
    any.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram) ?? null;
  const [setUp, serve, client] = [find(names.setUp), find(names.serve), find(names.client)];
  return setUp && serve && client ? { setUp, serve, client } : null;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Ours, except that PostgreSQL refuses root and MariaDB advises against it; null where there is no such account. */
function findAccount(name: string): Account | null {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }));
  return uid?.status === 0 && gid?.status === 0 ? { uid: Number(uid.stdout), gid: Number(gid.stdout) } : null;
}

/** How the account's programs are run: nothing that only we may enter is where they stand or keep what they need for a while. */
const within = ({ account, folder }: Place): SpawnOptions => ({
  ...account,
  cwd: folder,
  env: { ...process.env, TMPDIR: folder },
});

/** Below the temporary folder, or below /tmp where the account cannot get there. */
function openFolder(account: Account): string {
  const parent = account.uid === undefined || canAnybodyEnter(tmpdir()) ? tmpdir() : '/tmp';
  const folder = mkdtempSync(join(parent, 'clawdbot-database-'));
  give(folder, account);
  return folder;
}

function canAnybodyEnter(folder: string): boolean {
  const isOpen = (statSync(folder).mode & constants.S_IXOTH) !== 0;
  return isOpen && (folder === dirname(folder) || canAnybodyEnter(dirname(folder)));
}

/** While this process exits it cannot hear that a server is gone, which until then makes and removes files of its own. */
function removeUnderWriter(folder: string): void {
  const clock = new Int32Array(new SharedArrayBuffer(4));
  for (let tries = 0; tries < 20 && existsSync(folder); tries++) {
    if (tries > 0) Atomics.wait(clock, 0, 0, 50);
    // A file that is gone before its turn ends this without an error and before the end.
    rmSync(folder, { recursive: true, force: true, maxRetries: 1 });
  }
}

/** Starts a program that gets the signal when this process is gone, however that ends; without setpriv of Linux only on exit. */
function begin(program: string, args: readonly string[], signal: Engine['cut'], options: SpawnOptions): ChildProcess {
  const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find(isProgram);
  const command = setpriv
    ? [setpriv, `--pdeathsig=${signal.slice('SIG'.length)}`, program, ...args]
    : [program, ...args];
  const [first = program, ...rest] = command;
  return spawn(first, rest, { stdio: ['ignore', 'ignore', 'pipe'], ...options });
}

const isRunning = (child: ChildProcess | null): child is ChildProcess =>
  child?.pid !== undefined && child.exitCode === null && child.signalCode === null;

/** Everything that the program says on standard error, its end at most. */
function listen(child: ChildProcess, heard: (said: string) => void = () => {}): () => string {
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-20_000);
    heard(said);
  });
  return () => said;
}

function untilReady(server: ChildProcess, ready: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`${server.spawnfile} ${why}: ${said()}`));
    const timer = setTimeout(() => fail('takes no connections'), 60_000);
    const said = listen(server, (text) => {
      if (!text.includes(ready)) return;
      clearTimeout(timer);
      resolve();
    });
    server.once('error', reject).once('close', (code) => {
      clearTimeout(timer);
      fail(`ended with ${code}`);
    });
  });
}

/** Runs a program to its end; fails with what it said when that was not a good one. */
function finish(
  program: string,
  args: readonly string[],
  { input = '', ...options }: SpawnOptions & { input?: string },
) {
  const child = begin(program, args, 'SIGKILL', { ...options, stdio: ['pipe', 'ignore', 'pipe'] });
  const said = listen(child);
  // One that ends early does not read what it was given; its exit code says so.
  child.stdin?.on('error', () => {}).end(input);
  return new Promise<void>((resolve, reject) => {
    child.once('error', reject).once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${program} ended with ${code}: ${said()}`));
    });
  });
}
