import { readdir, readFile, readlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { basename } from 'node:path';

/** Why a port cannot be listened on, as the system puts it; null when it can. */
export function refusalOf(port: number, host: string): Promise<string | null> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(null)));
  });
}

const portsTried = 50;

/** The next port after `port` that is free and nobody of ours is to have; null where there is none near. */
export async function nextFreePort(
  port: number,
  host: string,
  { avoid = [] }: { avoid?: readonly number[] } = {},
): Promise<number | null> {
  for (let next = port + 1; next <= Math.min(port + portsTried, 65_535); next++) {
    if (!avoid.includes(next) && (await refusalOf(next, host)) === null) return next;
  }
  return null;
}

/** Who listens on a port, as far as this process may know it. */
export interface PortHolder {
  /** The name of its program; never its arguments, which may hold what is not ours to show. */
  program: string;
  pid: number;
}

/**
 * Who listens on a port, read from /proc: Linux lists the sockets with their numbers, and each process its open files.
 * Null elsewhere, and where the process belongs to somebody whose files this user may not see.
 */
export async function holderOf(port: number, procFolder = '/proc'): Promise<PortHolder | null> {
  const sockets = await listeningSockets(port, procFolder);
  if (sockets.size === 0) return null;
  const entries = await readdir(procFolder).catch(() => []);
  for (const pid of entries.filter((name) => /^\d+$/.test(name))) {
    if (!(await hasOpen(`${procFolder}/${pid}/fd`, sockets))) continue;
    return { program: await nameOf(`${procFolder}/${pid}`), pid: Number(pid) };
  }
  return null;
}

/** The file that runs, for a process may call itself anything: Node's calls itself MainThread. It may end meanwhile. */
async function nameOf(folder: string): Promise<string> {
  const file = await readlink(`${folder}/exe`).catch(() => '');
  const named =
    basename(file.replace(/ \(deleted\)$/, '')) || (await readFile(`${folder}/comm`, 'utf8').catch(() => ''));
  return printable(named) || 'a program';
}

const listening = '0A';

/** The sockets that listen on a port, as a link in /proc/PID/fd names them. */
async function listeningSockets(port: number, procFolder: string): Promise<Set<string>> {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((table) => readFile(`${procFolder}/net/${table}`, 'utf8').catch(() => '')),
  );
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const rows = tables.flatMap((table) => table.split('\n').slice(1)).map((row) => row.trim().split(/\s+/));
  return new Set(
    rows
      .filter(([, local = '', , state]) => state === listening && local.endsWith(`:${hexPort}`))
      .map((columns) => `socket:[${columns[9]}]`),
  );
}

async function hasOpen(folder: string, sockets: ReadonlySet<string>): Promise<boolean> {
  const files = await readdir(folder).catch(() => []);
  for (const file of files) {
    if (sockets.has(await readlink(`${folder}/${file}`).catch(() => ''))) return true;
  }
  return false;
}

/** Whoever starts a program chooses its name, and it is shown in a terminal. */
const printable = (name: string): string => name.replaceAll(/[^\p{L}\p{N} ._:+/()@-]/gu, '').trim();

/** The holder as the start of a sentence. */
export const nameOfHolder = (holder: PortHolder | null): string =>
  holder ? `${holder.program} (process ${holder.pid})` : 'Another program';
