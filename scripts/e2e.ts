// The browser tests, and the pictures. Arguments go to Playwright: npm run e2e -- test/e2e/board.spec.ts
// --packed sends them through the product as packed with the stand-in for Electron, on a display of its own as well.
import { provideBrowser } from './browser.ts';
import { findDesktop, reasons, thisDesktop } from './desktop.ts';
import { packToTryOut } from './packing/pack.ts';
import { endChildrenOnSignal, runNode } from './process.ts';
import { at, requireNode24, root, tools } from './project.ts';

requireNode24();
endChildrenOnSignal();
const given = process.argv.slice(2);
process.exitCode = await runBrowserTests(
  given.filter((arg) => arg !== '--packed'),
  { isPacked: given.includes('--packed') },
);

async function runBrowserTests(args: readonly string[], { isPacked }: { isPacked: boolean }): Promise<number> {
  const build = await runNode([at('scripts/build.ts')], { output: 'inherit' });
  if (build.code !== 0) return build.code;
  try {
    const browser = await provideBrowser(console.log);
    console.log(`e2e    with ${browser}`);
    const env = { CLAWDBOT_BROWSER: browser, ...(isPacked ? await packedProgram() : tellDesktop()) };
    return (await runNode([tools.playwright, 'test', ...args], { output: 'inherit', env })).code;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}

function tellDesktop(): Record<string, string> {
  const desktop = findDesktop(thisDesktop());
  console.log(
    'program' in desktop
      ? `e2e    with ${desktop.program}`
      : `e2e    without the desktop shell: ${reasons[desktop.why].en}`,
  );
  return {};
}

async function packedProgram(): Promise<Record<string, string>> {
  const { program } = await packToTryOut(at('release/packed'));
  console.log(`e2e    against ${program.slice(root.length + 1)}, packed with a stand-in for Electron`);
  return { CLAWDBOT_PACKED_PROGRAM: program };
}
