// Builds what is missing, says which shell it starts and why, and becomes that shell.
import { pathToFileURL } from 'node:url';
import { findDesktop, reasons, thisDesktop } from './desktop.ts';
import { endChildrenOnSignal, run, runNode } from './process.ts';
import { at, requireNode24, root } from './project.ts';

requireNode24();
const isChinese = Intl.DateTimeFormat().resolvedOptions().locale.startsWith('zh');
const args = process.argv.slice(2);
const stopListening = endChildrenOnSignal();
const { code } = await runNode([at('scripts/build.ts'), '--stderr'], { output: 'stderr' });

if (code === 0) await becomeShell();
else process.exitCode = code;

async function becomeShell(): Promise<void> {
  // Its one line for programs is the headless shell's.
  if (args.includes('--json')) return becomeHeadlessShell({ en: '--json asks for it', zh: '因为有 --json' });
  const desktop = findDesktop(thisDesktop());
  if ('why' in desktop) return becomeHeadlessShell(reasons[desktop.why]);
  console.error(isChinese ? '启动桌面版本。' : 'Starting the desktop shell.');
  const finished = await run(desktop.program, [root, ...args], { output: 'inherit' });
  process.exitCode = finished.code;
}

async function becomeHeadlessShell(why: { en: string; zh: string }): Promise<void> {
  stopListening();
  console.error(
    isChinese
      ? `启动无窗口版本，界面在浏览器中打开：${why.zh}。`
      : `Starting the headless shell, with its interface in the browser: ${why.en}.`,
  );
  // In this very process: signals and the exit code reach the product and its caller with nobody in between.
  const program = at('bin/clawdbot.mjs');
  process.argv = [process.execPath, program, 'serve', ...args];
  await import(pathToFileURL(program).href);
}
