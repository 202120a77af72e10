import { join } from 'node:path';
import { expect, test } from 'vitest';
import { secretComparisons } from './secret-comparisons.ts';
import { isTest, readSources } from './sources.ts';

const root = join(import.meta.dirname, '../..');
const place = 'src-main/core/foundation/digest.ts';
/** What reads sentences calls their words tokens. */
const wordsNotSecrets = 'src-main/core/language/';

test('secrets are compared in one place, in a time that does not depend on where they differ', async () => {
  const sources = (await readSources(root, ['src-main', 'src-shared'])).filter((source) => !isTest(source));
  const elsewhere = sources.filter(({ path }) => path !== place && !path.startsWith(wordsNotSecrets));

  expect(elsewhere.flatMap(secretComparisons)).toEqual([]);
  expect(sources.filter(({ path }) => path === place).flatMap(secretComparisons)).toHaveLength(1);
});

test.each([
  'if (signature === expected) accept();',
  'if (expected !== headers["x-signature"]) refuse();',
  'const ok = hmac(body) == claimed;',
  'const ok = config.secret.startsWith(guess);',
  'const ok = digest.equals(claimed);',
  'const ok = Buffer.compare(claimed, digest) === 0;',
  'const ok = given.localeCompare(settings.apiKey) === 0;',
  'const ok = hmac.digest() === claimed;',
  'const ok = tokens.includes(given);',
  "import { timingSafeEqual } from 'node:crypto';",
])('a comparison that gives its secret away is found: %s', (text) => {
  expect(secretComparisons({ path: 'planted.ts', text }).length).toBeGreaterThan(0);
});

test.each([
  'if (secret === null) refuse();',
  "if (typeof token !== 'string') refuse();",
  "if (route.access === 'signature') skip();",
  'if (session.tokenId === tokenId) close();',
  'if (secret.length >= shortest) add(secret);',
  "const nested = text.includes('secret');",
])('one that tells nothing is left alone: %s', (text) => {
  expect(secretComparisons({ path: 'planted.ts', text })).toEqual([]);
});
