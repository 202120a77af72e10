import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createClockWatch, foundClockFile, readFoundClock } from './clock-watch.ts';

const nowS = Date.parse('2026-11-25T08:00:00Z') / 1000;
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clawdbot-clock-'));
  file = join(folder, foundClockFile);
});
afterEach(() => rmSync(folder, { recursive: true }));

const watch = () =>
  createClockWatch({
    clock: { now: () => nowS * 1000 },
    file,
    onFailure: (error) => {
      throw error;
    },
  });
const offsetsOf = (watching: ReturnType<typeof watch>) =>
  watching.notices(null).map((notice) => (notice.code === 'CLOCK_DIFFERS' ? notice.offset_s : notice.code));

test('five senders who agree on another time speak of a wrong clock, four do not', async () => {
  const watching = watch();
  for (let i = 0; i < 4; i++) watching.refused(nowS + 7200 + i);
  expect(offsetsOf(watching)).toEqual([]);
  watching.refused(nowS + 7210);
  expect(offsetsOf(watching)).toEqual([7202]);
  expect(watching.notices(null)[0]?.message).toContain('2 hours ahead of');
  await watching.close();
  expect(readFoundClock(file, nowS * 1000)).toMatchObject({ code: 'CLOCK_DIFFERS', offset_s: 7202 });
});

test.each<[string, (i: number) => number]>([
  ['one captured request, sent again and again', () => nowS - 7200],
  ['senders that are each off by another span', (i) => nowS - 1000 * (i + 1)],
  ['times in milliseconds', (i) => (nowS + i) * 1000],
  ['no time at all', () => Number.NaN],
])('%s says nothing of this clock', async (_what, timestamp) => {
  const watching = watch();
  for (let i = 0; i < 30; i++) watching.refused(timestamp(i));
  expect(offsetsOf(watching)).toEqual([]);
  await watching.close();
  expect(existsSync(file)).toBe(false);
});

test('a request of this time ends it, here and for whoever looks from outside', async () => {
  const watching = watch();
  for (let i = 0; i < 10; i++) watching.refused(nowS - 90_000 + i);
  expect(offsetsOf(watching)).toHaveLength(1);
  watching.agreed();
  expect(offsetsOf(watching)).toEqual([]);
  await watching.close();
  expect(existsSync(file)).toBe(false);
});

test('what was found a day ago, or cannot be read, says nothing; a new process forgets it', async () => {
  writeFileSync(file, JSON.stringify({ offset_s: 7200, at: '2026-11-25T07:00:00.000Z' }));
  expect(readFoundClock(file, nowS * 1000)).not.toBeNull();
  expect(readFoundClock(file, nowS * 1000 + 25 * 3_600_000)).toBeNull();
  await watch().close();
  expect(existsSync(file)).toBe(false);
  writeFileSync(file, '{"offset_s":');
  expect(readFoundClock(file, nowS * 1000)).toBeNull();
});

test('a record from later than now says that the clock is behind; a few minutes are nobody’s trouble', () => {
  const watching = watch();
  expect(watching.notices(nowS * 1000 + 299_000)).toEqual([]);
  expect(watching.notices(nowS * 1000 + 86_400_000)).toMatchObject([{ code: 'CLOCK_BEHIND', behind_s: 86_400 }]);
  expect(watching.notices(nowS * 1000 - 86_400_000)).toEqual([]);
});
