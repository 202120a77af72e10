import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { nothingWrong, runCrashRounds } from '../fakes/crash-rounds.ts';
import { whyNoExt4 } from '../fakes/ext4-disk.ts';
import { leaveOut } from '../fakes/leave-out.ts';

const minutes = 60_000;
test('killed five times under load, the product loses nothing it acknowledged and answers nothing twice', {
  timeout: 5 * minutes,
}, async () => {
  const result = await runCrashRounds({ rounds: 5, fault: 'kill' });
  expect(result.acknowledged).toBeGreaterThan(500);
  expect(result).toMatchObject(nothingWrong);
});

test('after three power cuts everything that was acknowledged is there', { timeout: 5 * minutes }, async () => {
  const result = await runCrashRounds({ rounds: 3, fault: 'power' });
  expect(result.acknowledged).toBeGreaterThan(300);
  expect(result).toMatchObject(nothingWrong);
});

test('control: at NORMAL a power cut loses messages, so these rounds can find a loss', {
  timeout: 5 * minutes,
}, async () => {
  expect((await runCrashRounds({ rounds: 2, fault: 'power', durability: 'normal' })).lost).toBeGreaterThan(0);
});

test('control: acknowledging before the commit loses messages to a kill', { timeout: 5 * minutes }, async () => {
  const program = fileURLToPath(new URL('../fixtures/ack-early.ts', import.meta.url));
  expect((await runCrashRounds({ rounds: 3, fault: 'kill', program })).lost).toBeGreaterThan(0);
});

const noExt4 = whyNoExt4();

test('after two power cuts of an ext4 everything that was acknowledged is there', { timeout: 5 * minutes }, async ({
  task,
}) => {
  if (noExt4) return leaveOut(task, noExt4);
  const result = await runCrashRounds({ rounds: 2, fault: 'plug' });
  expect(result.acknowledged).toBeGreaterThan(200);
  expect(result).toMatchObject(nothingWrong);
});

test('control: at NORMAL a power cut of an ext4 loses messages', { timeout: 5 * minutes }, async ({ task }) => {
  if (noExt4) return leaveOut(task, noExt4);
  expect((await runCrashRounds({ rounds: 1, fault: 'plug', durability: 'normal' })).lost).toBeGreaterThan(0);
});
