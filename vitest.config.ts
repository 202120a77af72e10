import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { sourceFlags } from './scripts/project.ts';

export default defineConfig({
  test: {
    include: ['{bin,scripts,src-*}/**/*.test.{ts,tsx}', 'test/**/*.test.ts'],
    // Packing has a run of its own: scripts/packing/vitest.config.ts.
    exclude: ['test/e2e/**', 'scripts/packing/packed.test.ts', '**/node_modules/**'],
    pool: 'forks',
    // One more than Vitest takes by itself on two cores: most tests wait for a process, a disk or a clock.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    execArgv: [...sourceFlags],
    reporters: ['default', ['json', { outputFile: 'test-results/vitest.json' }]],
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
});
