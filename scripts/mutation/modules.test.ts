import { glob } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { root } from '../project.ts';
import { mutatedModules } from './modules.ts';

async function fits(pattern: string): Promise<boolean> {
  for await (const _ of glob(pattern, { cwd: root })) return true;
  return false;
}

test.each(Object.entries(mutatedModules))('what is named for %s is there', async (_name, { sources, tests }) => {
  const gone: string[] = [];
  for (const pattern of [...sources, ...tests].flatMap(alternatives)) if (!(await fits(pattern))) gone.push(pattern);
  expect(gone).toEqual([]);
});

test('a file that was moved is missed', async () => {
  expect(await fits('scripts/mutation/modules.ts')).toBe(true);
  expect(alternatives('scripts/mutation/{modules,gone}.ts')).toEqual([
    'scripts/mutation/modules.ts',
    'scripts/mutation/gone.ts',
  ]);
  expect(await fits('scripts/mutation/gone.ts')).toBe(false);
});

/** `{a,b}` fits when one of them is there; each of them must be. */
function alternatives(pattern: string): string[] {
  const [whole, inside] = /\{([^}]+)\}/.exec(pattern) ?? [];
  return whole === undefined || inside === undefined
    ? [pattern]
    : inside.split(',').map((each) => pattern.replace(whole, each));
}
