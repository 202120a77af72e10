import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseAddress } from '../../src-main/core/store/server/address.ts';
import { connect } from '../../src-main/core/store/server/connection.ts';
import { makeCertificate } from '../fakes/certificate.ts';
import { type DatabaseServer, serverKinds, startDatabaseServer } from '../fakes/database-servers.ts';
import { leaveOut } from '../fakes/leave-out.ts';

describe.each(serverKinds)('a %s server that is spoken to by TLS', (kind) => {
  const folder = mkdtempSync(join(tmpdir(), 'clawdbot-tls-'));
  const ca = join(folder, 'ca.pem');
  let secured: DatabaseServer | null = null;
  let open: DatabaseServer | null = null;
  let missing = '';

  beforeAll(async () => {
    const certificate = makeCertificate();
    if (!certificate) {
      missing = 'there is no openssl';
      return;
    }
    writeFileSync(ca, certificate.cert);
    secured = await startDatabaseServer(kind, { certificate });
    open = await startDatabaseServer(kind);
    if (!secured || !open) missing = `${kind} is not installed`;
  });
  afterAll(async () => {
    await secured?.stop();
    await open?.stop();
    rmSync(folder, { recursive: true });
  });
  beforeEach(({ task, skip }) => {
    if (missing === '') return;
    leaveOut(task, missing);
    skip();
  });

  /** The address of a server by another name of this machine, with options. */
  const address = (server: DatabaseServer | null, host: string, options: Record<string, string>) => {
    const url = new URL(server?.url ?? '');
    url.hostname = host;
    url.search = String(new URLSearchParams(options));
    return parseAddress(url.href);
  };
  const refused = (promise: Promise<{ close(): Promise<void> }>) =>
    promise.then(
      (connection) => connection.close().then(() => 'it was spoken to'),
      (error: Error) => error.message,
    );

  test('speaks by TLS with a certificate that is trusted and of that name', async () => {
    const connection = await connect(address(secured, 'localhost', { sslmode: 'verify-full', sslrootcert: ca }));
    try {
      const asked =
        kind === 'postgresql'
          ? sql<{ value: string }>`SELECT cipher AS value FROM pg_stat_ssl WHERE pid = pg_backend_pid()`
          : sql<{
              value: string;
            }>`SELECT VARIABLE_VALUE AS value FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME = 'Ssl_cipher'`;
      const { rows } = await asked.execute(connection.db);
      expect(rows[0]?.value).toMatch(/AES|CHACHA/);
    } finally {
      await connection.close();
    }
  });

  test('says nothing to a server whose certificate nobody vouches for', async () => {
    const said = await refused(connect(address(secured, 'localhost', { sslmode: 'verify-full' })));
    expect(said).toContain('certificate');
    expect(said).toContain('sslrootcert');
  });

  test('says nothing to a server whose certificate is of another name', async () => {
    const elsewhere = () => address(secured, '127.0.0.1', { sslmode: 'verify-full', sslrootcert: ca });
    if (kind === 'mysql') return expect(elsewhere).toThrow('the name in its certificate');
    const said = await refused(connect(elsewhere()));
    expect(said).toContain('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(said).toContain('the name in its certificate');
  });

  test('says nothing in the open to a server without TLS', async () => {
    const said = await refused(connect(address(open, 'localhost', { sslmode: 'verify-full', sslrootcert: ca })));
    expect(said).toContain('does not offer TLS');
  });
});
