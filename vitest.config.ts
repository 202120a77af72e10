import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{bin,scripts,src-*}/**/*.test.{ts,tsx}', 'test/**/*.test.ts'],
    // Packing has a run of its own: scripts/packing/vitest.config.ts.
    exclude: ['test/e2e/**', 'scripts/packing/packed.test.ts', '**/node_modules/**'],
    pool: 'forks',
    reporters: ['default', ['json', { outputFile: 'test-results/vitest.json' }]],
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
