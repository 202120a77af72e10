import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { at, root } from '../project.ts';
import { findSecrets } from './secrets.ts';

const letters = (count: number) => 'aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0z'.repeat(9).slice(0, count);

// Put together here, so that this file does not hold what it looks for.
test.each([
  ['private key', ['-----BEGIN', 'PRIVATE KEY-----\n'].join(' ') + letters(64)],
  ['private key', ['-----BEGIN OPENSSH', 'PRIVATE KEY-----\n'].join(' ') + letters(64)],
  ['AWS access key', `AKIA${'ABCDEFGH12345678'}`],
  ['GitHub token', `ghp_${letters(36)}`],
  ['GitHub token', `github_pat_${letters(70)}`],
  ['GitLab token', `glpat-${letters(20)}`],
  ['npm token', `npm_${letters(36)}`],
  ['Slack token', `xoxb-${letters(30)}`],
  ['Slack webhook', `https://hooks.slack.com/services/T${'A'.repeat(9)}/B${'A'.repeat(9)}/${letters(24)}`],
  ['Telegram bot token', `123456789:AA${letters(33)}`],
  ['Google API key', `AIza${letters(35)}`],
  ['Anthropic or OpenAI key', `sk-ant-${letters(80)}`],
  ['Stripe key', `sk_live_${letters(24)}`],
  ['JSON Web Token', `eyJ${letters(20)}.eyJ${letters(20)}.${letters(40)}`],
  ['password in an address', `postgres://admin:${letters(12)}@db.internal`],
])('a %s is found, with its line and without being shown', (kind, secret) => {
  const found = findSecrets(`first line\nconst value = '${secret}';\n`);
  expect(found.map(({ kind: what, line }) => ({ what, line }))).toContainEqual({ what: kind, line: 2 });
  expect(JSON.stringify(found)).not.toContain(secret);
});

test.each([
  'const key = createPrivateKey(pem); // -----BEGIN PRIVATE KEY-----',
  'https://user@example.com/path and http://127.0.0.1:8000/@name',
  'sk-short and xoxb-short and 12:34:56',
])('what only looks a little like a secret is left alone: %s', (text) => {
  expect(findSecrets(text)).toEqual([]);
});

test('no file of this repository holds one', async () => {
  const paths = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\0')
    .filter((path) => path !== '');
  expect(paths.length).toBeGreaterThan(100);
  const found: string[] = [];
  for (const path of paths) {
    const text = await readFile(at(path), 'latin1').catch((error: NodeJS.ErrnoException) => {
      // Deleted, and not committed yet.
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    found.push(...findSecrets(text).map(({ line, kind, shown }) => `${path}:${line}: ${kind} ${shown}`));
  }
  expect(found).toEqual([]);
});
