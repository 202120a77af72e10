import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { serverKinds, startDatabaseServer } from './database-servers.ts';
import { leaveOut } from './leave-out.ts';

const packages = { postgresql: 'postgresql', mysql: 'mariadb-server' };

test.for(serverKinds)('a %s server keeps what was committed when its power is cut', async (kind, { task, skip }) => {
  const server = await startDatabaseServer(kind);
  if (!server) {
    leaveOut(task, `no ${kind} server is there (Debian: apt-get install ${packages[kind]})`);
    return skip();
  }
  try {
    const other = await server.create('another_one');
    expect(ask(server.url, 'SELECT 1')).toBe('1');
    ask(other, 'CREATE TABLE note (id integer); INSERT INTO note VALUES (7)');

    await server.kill();
    expect(() => ask(other, 'SELECT 1')).toThrow();
    await server.start();

    expect(ask(other, 'SELECT id FROM note')).toBe('7');
    expect(() => ask(server.url, 'SELECT id FROM note')).toThrow(/note/);
  } finally {
    await server.stop();
  }
  expect(() => ask(server.url, 'SELECT 1')).toThrow();
});

/** What the command-line client of the server answers. */
function ask(url: string, statement: string): string {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  const where = [`--host=${hostname}`, `--port=${port}`];
  const name = pathname.slice(1);
  const [program, args]: [string, string[]] =
    protocol === 'postgres:'
      ? ['psql', ['-XAtq', ...where, `--username=${username}`, `--dbname=${name}`, `--command=${statement}`]]
      : ['mariadb', ['--no-defaults', '-N', '-B', ...where, `--user=${username}`, `--execute=${statement}`, name]];
  const env = { ...process.env, PGPASSWORD: password, MYSQL_PWD: password };
  const { status, stdout, stderr } = spawnSync(program, args, { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
  return stdout.trim();
}
