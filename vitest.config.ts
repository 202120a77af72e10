import { defineConfig } from 'vitest/config';
import { sourceFlags } from './scripts/project.ts';

export default defineConfig({
  test: {
    include: ['{bin,scripts,src-*}/**/*.test.{ts,tsx}', 'test/**/*.test.ts'],
    // Packing has a run of its own: scripts/packing/vitest.config.ts.
    exclude: ['test/e2e/**', 'scripts/packing/packed.test.ts', '**/node_modules/**'],
    pool: 'forks',
    execArgv: [...sourceFlags],
    reporters: ['default', ['json', { outputFile: 'test-results/vitest.json' }]],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
