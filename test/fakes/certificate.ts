import { spawnSync } from 'node:child_process';

/** A certificate of our own for localhost, for as long as the test runs; null where there is no openssl to make one. */
export function makeCertificate(): { key: string; cert: string } | null {
  const args = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '1',
    '-subj',
    '/CN=localhost',
    '-keyout',
    '-',
    '-out',
    '-',
  ];
  const { status, stdout } = spawnSync('openssl', args, { encoding: 'utf8' });
  const [key, cert] = ['PRIVATE KEY', 'CERTIFICATE'].map(
    (kind) => new RegExp(`-----BEGIN ${kind}-----[^]+?-----END ${kind}-----`).exec(stdout ?? '')?.[0],
  );
  return status === 0 && key && cert ? { key, cert } : null;
}
