import { defineConfig } from '@playwright/test';
import { findBrowser, thisMachine } from './scripts/browser.ts';

const isRoot = process.getuid?.() === 0;
const executablePath = findBrowser(thisMachine());
/** Of `npm run e2e -- --packed`: the journeys run against what was packed, and count beside those of the bundle. */
const isPacked = Boolean(process.env['CLAWDBOT_PACKED_PROGRAM']);
const run = isPacked ? '-packed' : '';

/** How the pages look in every size, theme and length of list: the same pages whether packed or not, and minutes of work. */
const looksAtEveryScreen = ['**/accessible.spec.ts', '**/any-window.spec.ts', '**/long-lists.spec.ts'];

/** Every test starts a product of its own, on a free port and an empty data folder. */
export default defineConfig({
  projects: [
    { name: 'browser', testDir: 'test/e2e', testIgnore: isPacked ? looksAtEveryScreen : [] },
    isPacked
      ? // Leaves itself out, with the reason, where this machine has no display to lend.
        { name: 'display', testDir: 'test/e2e-packed' }
      : // Leaves itself out, with the reason, where Electron has no program or no display.
        { name: 'desktop', testDir: 'test/e2e-electron' },
  ],
  // What axe says of pages is the same for the same pages.
  ...(isPacked ? { grepInvert: /axe finds nothing|is accessible/ } : {}),
  outputDir: `test-results/e2e${run}`,
  reporter: [['list'], ['json', { outputFile: `test-results/playwright${run}.json` }]],
  // Each has a product, a port and a folder of its own, and mostly waits for pages.
  fullyParallel: true,
  workers: 2,
  forbidOnly: true,
  // How long something takes is the machine's affair: what is waited for ends a wait, and these end only what hangs.
  timeout: 120_000,
  expect: { timeout: 15_000 },
  use: {
    browserName: 'chromium',
    // Chromium refuses to run as root with its sandbox; for everybody else the sandbox stays.
    launchOptions: { chromiumSandbox: !isRoot, ...(executablePath ? { executablePath } : {}) },
    viewport: { width: 1100, height: 760 },
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
  },
});
