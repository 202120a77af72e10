import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { holderOf, nameOfHolder, nextFreePort, refusalOf } from './ports.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

async function occupy(host = '127.0.0.1'): Promise<number> {
  const server = await new Promise<Server>((resolve) => {
    const opening = createServer().listen(0, host, () => resolve(opening));
  });
  cleanups.push(() => new Promise((resolve) => server.close(resolve)));
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

/** A /proc in which a process of the given name listens on port 8000. */
function procWith({ name, isOpen = true }: { name: string; isOpen?: boolean }): string {
  const proc = mkdtempSync(join(tmpdir(), 'clawdbot-proc-'));
  cleanups.push(() => rmSync(proc, { recursive: true }));
  mkdirSync(join(proc, 'net'));
  mkdirSync(join(proc, '77/fd'), { recursive: true });
  const row = (port: string, state: string, inode: number) =>
    `   0: 0100007F:${port} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1`;
  writeFileSync(
    join(proc, 'net/tcp'),
    ['  sl  local_address', row('1F40', '01', 5), row('1F41', '0A', 6), row('1F40', '0A', 7), ''].join('\n'),
  );
  writeFileSync(join(proc, '77/comm'), `${name}\n`);
  symlinkSync(isOpen ? 'socket:[7]' : 'socket:[5]', join(proc, '77/fd/3'));
  return proc;
}

test('a free port is refused by nobody, a taken one says why', async () => {
  const port = await occupy();
  expect(await refusalOf(port, '127.0.0.1')).toBe('EADDRINUSE');
  expect(await refusalOf(0, '127.0.0.1')).toBeNull();
});

test('the next free port is neither a taken one nor one that is meant for something else', async () => {
  const port = await occupy();
  const next = await nextFreePort(port, '127.0.0.1');
  expect(next).toBeGreaterThan(port);
  const further = await nextFreePort(port, '127.0.0.1', { avoid: [next ?? 0] });
  expect(further).toBeGreaterThan(next ?? 0);
  expect(await nextFreePort(65_535, '127.0.0.1')).toBeNull();
});

test.runIf(process.platform === 'linux').each(['127.0.0.1', '::1'])(
  'the holder of a port on %s is found',
  async (host) => {
    const holder = await holderOf(await occupy(host));
    expect(holder?.pid).toBe(process.pid);
    expect(holder?.program).toMatch(/^node/);
  },
);

test('only who listens on the port holds it, not who is connected or listens beside it', async () => {
  expect(await holderOf(8000, procWith({ name: 'nginx' }))).toEqual({ program: 'nginx', pid: 77 });
  expect(await holderOf(8000, procWith({ name: 'nginx', isOpen: false }))).toBeNull();
  expect(await holderOf(8002, procWith({ name: 'nginx' }))).toBeNull();
});

test('a holder that cannot be known is said to be that', async () => {
  expect(await holderOf(8000, '/nowhere')).toBeNull();
  expect(nameOfHolder(null)).toBe('Another program');
});

test('a program that gave itself a name to disturb a terminal is named without it', async () => {
  const holder = await holderOf(8000, procWith({ name: '\u001b[31mred\u202e' }));
  expect(nameOfHolder(holder)).toBe('31mred (process 77)');
});
