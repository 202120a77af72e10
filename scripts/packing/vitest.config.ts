import { defineConfig } from 'vitest/config';
import { root } from '../project.ts';

export default defineConfig({
  root,
  test: {
    include: ['scripts/packing/packed.test.ts'],
    pool: 'forks',
    reporters: ['default', ['json', { outputFile: 'test-results/vitest-pack.json' }]],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
