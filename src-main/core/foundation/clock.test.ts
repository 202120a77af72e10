import { expect, test } from 'vitest';
import { steadyTime } from './clock.ts';

test('steady time begins at the wall time and goes on evenly, whatever is done to the wall clock', () => {
  let wall = 1_700_000_000_000;
  let passed = 500;
  const steadyNow = steadyTime({ now: () => wall, monotonicMs: () => passed });
  expect(steadyNow()).toBe(wall);
  for (const jump of [-7 * 86_400_000, 400 * 86_400_000]) {
    wall += jump;
    passed += 1_000;
  }
  expect(steadyNow()).toBe(1_700_000_002_000);
});
