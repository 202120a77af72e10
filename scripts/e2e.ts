// The browser tests, and the pictures. Arguments go to Playwright: npm run e2e -- test/e2e/board.spec.ts
import { provideBrowser } from './browser.ts';
import { findDesktop, reasons, thisDesktop } from './desktop.ts';
import { endChildrenOnSignal, runNode } from './process.ts';
import { at, requireNode24, tools } from './project.ts';

requireNode24();
endChildrenOnSignal();
process.exitCode = await runBrowserTests(process.argv.slice(2));

async function runBrowserTests(args: readonly string[]): Promise<number> {
  const build = await runNode([at('scripts/build.ts')], { output: 'inherit' });
  if (build.code !== 0) return build.code;
  try {
    const browser = await provideBrowser(console.log);
    console.log(`e2e    with ${browser}`);
    const desktop = findDesktop(thisDesktop());
    console.log(
      'program' in desktop
        ? `e2e    with ${desktop.program}`
        : `e2e    without the desktop shell: ${reasons[desktop.why].en}`,
    );
    const env = { CLAWDBOT_BROWSER: browser };
    return (await runNode([tools.playwright, 'test', ...args], { output: 'inherit', env })).code;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}
