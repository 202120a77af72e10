import { defineConfig } from '@playwright/test';
import shared from './playwright.config.ts';

/** `npm run pictures`: takes what README and guide show. No part of `npm test`. */
export default defineConfig({
  ...shared,
  projects: [{ name: 'pictures', testDir: 'test/pictures', testMatch: 'pictures.ts' }],
  outputDir: 'test-results/pictures',
  reporter: 'list',
  snapshotPathTemplate: 'docs/pictures/{arg}{ext}',
  // A picture that a person could not tell from the one in the repository is left as it is.
  updateSnapshots: 'changed',
  expect: { toHaveScreenshot: { threshold: 0.02, maxDiffPixels: 0, scale: 'device' } },
  use: { ...shared.use, viewport: { width: 1280, height: 800 }, screenshot: 'off', trace: 'off' },
});
