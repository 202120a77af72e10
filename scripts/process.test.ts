import { describe, expect, test } from 'vitest';
import { run, runNode } from './process.ts';

describe('a program that a script runs', () => {
  test('hands back its exit code and both of its streams', async () => {
    const { code, output } = await runNode(['-e', 'console.log("out"); console.error("err"); process.exit(3)'], {
      output: 'capture',
    });
    expect(code).toBe(3);
    expect(output.trim().split('\n').toSorted()).toEqual(['err', 'out']);
  });

  test('that a signal ended counts as failed', async () => {
    const { code } = await runNode(['-e', 'process.kill(process.pid, "SIGKILL")'], { output: 'capture' });
    expect(code).toBe(137);
  });

  test('keeps the end of what it said when it says too much', async () => {
    const { output } = await runNode(['-e', 'process.stdout.write("x".repeat(5e6) + "the end")'], {
      output: 'capture',
    });
    expect(output.length).toBe(4_000_000);
    expect(output.endsWith('the end')).toBe(true);
  });

  test('that is not there is named', async () => {
    await expect(run('no-such-program', [], { output: 'capture' })).rejects.toThrow('no-such-program does not start');
  });

  test('gets its arguments as they are, whatever a shell would make of them', async () => {
    const args = ['-e', 'console.log(JSON.stringify(process.argv.slice(1)))', '$HOME; echo `id`', 'two words'];
    const { output } = await runNode(args, { output: 'capture' });
    expect(JSON.parse(output)).toEqual(['$HOME; echo `id`', 'two words']);
  });
});
