import { defineConfig } from 'vitest/config';

/** Set by scripts/mutate.ts: the globs of the tests that must notice, one a line. */
const tests = process.env['CLAWDBOT_MUTATION_TESTS'] ?? '';

// Stryker can also be given the files itself, and then judges what a module makes while it is imported as unnoticed
// (https://github.com/stryker-mutator/stryker-js/issues/6144).
export default defineConfig({
  test: {
    include: tests.split('\n'),
    exclude: ['**/node_modules/**'],
    // These tests take milliseconds; a change that makes one wait for ever is found out sooner.
    testTimeout: 8_000,
    hookTimeout: 8_000,
  },
});
