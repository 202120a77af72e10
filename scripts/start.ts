// Builds what is missing, says which shell it starts and why, and becomes that shell.
import { pathToFileURL } from 'node:url';
import { endChildrenOnSignal, runNode } from './process.ts';
import { at, requireNode24 } from './project.ts';

requireNode24();
const stopListening = endChildrenOnSignal();
const { code } = await runNode([at('scripts/build.ts'), '--stderr'], { output: 'stderr' });
stopListening();

if (code === 0) await becomeHeadlessShell();
else process.exitCode = code;

async function becomeHeadlessShell(): Promise<void> {
  console.error(
    Intl.DateTimeFormat().resolvedOptions().locale.startsWith('zh')
      ? '启动无窗口版本，界面在浏览器中打开：此版本尚不含桌面程序。'
      : 'Starting the headless shell, with its interface in the browser: this version has no desktop shell yet.',
  );
  // In this very process: signals and the exit code reach the product and its caller with nobody in between.
  const program = at('bin/clawdbot.mjs');
  process.argv = [process.execPath, program, 'serve', ...process.argv.slice(2)];
  await import(pathToFileURL(program).href);
}
