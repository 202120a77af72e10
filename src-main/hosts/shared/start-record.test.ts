import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AppError } from '../../core/foundation/app-error.ts';
import { recordStart } from './start-record.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clawdbot-starts-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function crash(times: number): Promise<void> {
  for (let time = 0; time < times; time++) await recordStart(folder);
}

test('the start after three that came to nothing should be safe, and so should those after it', async () => {
  await crash(2);
  expect(await recordStart(folder)).toMatchObject({ failedBefore: 2, shouldBeSafe: false });
  expect(await recordStart(folder)).toMatchObject({ failedBefore: 3, shouldBeSafe: true });
  expect(await recordStart(folder)).toMatchObject({ failedBefore: 4, shouldBeSafe: true });
});

test('a failure that nobody expected counts, one that says what to do does not', async () => {
  await crash(1);
  await (await recordStart(folder)).ended(new AppError('PORT_IN_USE', 'choose another'));
  await (await recordStart(folder)).ended(new TypeError('undefined is not a function'));
  expect(await recordStart(folder)).toMatchObject({ failedBefore: 2 });
});

test('an end in order wipes the count, but not that of a start that never worked', async () => {
  await crash(3);
  await (await recordStart(folder)).ended();
  const up = await recordStart(folder);
  expect(up).toMatchObject({ failedBefore: 4 });
  up.isUp();
  await up.ended();
  expect(await recordStart(folder)).toMatchObject({ failedBefore: 0, shouldBeSafe: false });
});

test('a while of work wipes the count, however the process ends after it', async () => {
  await crash(3);
  const start = await recordStart(folder, { provenAfterMs: 30 });
  start.isUp();
  expect(existsSync(join(folder, 'starts.json'))).toBe(true);
  await vi.waitFor(() => expect(existsSync(join(folder, 'starts.json'))).toBe(false));
  expect(await recordStart(folder)).toMatchObject({ failedBefore: 0 });
});

test.each(['', '{', '[]', '{"failed":-1}', '{"failed":"many"}'])('a record that says %j says nothing', async (text) => {
  writeFileSync(join(folder, 'starts.json'), text);
  expect(await recordStart(folder)).toMatchObject({ failedBefore: 0 });
});
