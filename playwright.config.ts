import { defineConfig } from '@playwright/test';
import { findBrowser, thisMachine } from './scripts/browser.ts';

const isRoot = process.getuid?.() === 0;
const executablePath = findBrowser(thisMachine());

/** Every test starts a product of its own, on a free port and an empty data folder. */
export default defineConfig({
  projects: [
    { name: 'browser', testDir: 'test/e2e' },
    // Leaves itself out, with the reason, where Electron has no program or no display.
    { name: 'desktop', testDir: 'test/e2e-electron' },
  ],
  outputDir: 'test-results/e2e',
  reporter: [['list'], ['json', { outputFile: 'test-results/playwright.json' }]],
  workers: 1,
  forbidOnly: true,
  timeout: 60_000,
  use: {
    browserName: 'chromium',
    // Chromium refuses to run as root with its sandbox; for everybody else the sandbox stays.
    launchOptions: { chromiumSandbox: !isRoot, ...(executablePath ? { executablePath } : {}) },
    viewport: { width: 1100, height: 760 },
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
  },
});
