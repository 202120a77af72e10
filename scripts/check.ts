// Format, lint, types, boundaries, unused code: one line each, the output of what failed, exit 1 if anything did.
// With --fix what can be put right by a machine is put right first.
import { endChildrenOnSignal, runNode, seconds } from './process.ts';
import { at, requireNode24, tools } from './project.ts';

interface Check {
  name: string;
  args: readonly string[];
}

requireNode24();
endChildrenOnSignal();
if (process.argv.includes('--fix')) await fix();
const failed = await check();
console.log(failed.length === 0 ? 'check  all well' : `check  FAILED: ${failed.join(', ')}`);
if (failed.length > 0) process.exitCode = 1;

async function fix(): Promise<void> {
  for (const args of [
    [tools.oxlint, '--fix'],
    [tools.biome, 'check', '--write', '--log-level=warn'],
  ]) {
    await runNode(args, { output: 'capture' });
  }
}

/** Side by side, each a process of its own; what it said is shown when it is done, so that the outputs do not mix. */
async function check(): Promise<string[]> {
  const checks: Check[] = [
    { name: 'types', args: [tools.tsc, '-b'] },
    { name: 'lint', args: [tools.oxlint] },
    { name: 'boundaries', args: [at('test/architecture/check-boundaries.ts')] },
    { name: 'unused code', args: [tools.knip] },
    { name: 'format', args: [tools.biome, 'check', '--colors=off', '--max-diagnostics=20'] },
  ];
  const results = await Promise.all(checks.map(report));
  return checks.filter((_, index) => !results[index]).map(({ name }) => name);
}

async function report({ name, args }: Check): Promise<boolean> {
  const { code, output, tookMs } = await runNode(args, { output: 'capture' });
  console.log(`check  ${name.padEnd(12)} ${code === 0 ? 'ok' : 'FAILED'}  ${seconds(tookMs)}`);
  if (code !== 0) console.log(output.trimEnd());
  return code === 0;
}
