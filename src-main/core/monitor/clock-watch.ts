import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import * as z from 'zod';
import type { Notice } from '../../../src-shared/schema/status.ts';
import { writeFileAtomic } from '../foundation/atomic-file.ts';
import { type Clock, isoTime } from '../foundation/clock.ts';

/** So many requests have to agree: a network that holds one back for a while is no wrong clock. */
const leastAgreeing = 5;
/** Senders and networks are a little apart; two that differ by more do not speak for the same error. */
const spreadS = 60;
const remembered = 20;
/** A clock is set by the minute; what is nearer than a few of them troubles nobody. */
const toleratedS = 300;
const centuryS = 100 * 365 * 86_400;
/** What was found longer ago says nothing of the clock now. */
const staleAfterMs = 24 * 60 * 60_000;

/** In the data folder: what was found, for whoever looks from outside. */
export const foundClockFile = 'clock.json';

const Found = z.object({ offset_s: z.int(), at: z.iso.datetime() });

export type ClockWatch = ReturnType<typeof createClockWatch>;

export interface ClockWatchDeps {
  clock: Pick<Clock, 'now'>;
  /** Where what was found is left for whoever looks from outside. */
  file: string;
  onFailure(error: unknown): void;
}

/**
 * Tells a wrong clock by the requests that it turns away. A request counts when its signature holds, so nobody without
 * the secret has a say, and under its own timestamp, so a captured one that is sent again speaks once.
 */
export function createClockWatch({ clock, file, onFailure }: ClockWatchDeps) {
  const offsets = new Map<number, number>();
  let found: number | null = null;
  let writing: Promise<void> = rm(file, { force: true }).catch(onFailure);

  function keep(offsetS: number | null): void {
    if (offsetS === found) return;
    found = offsetS;
    const write =
      offsetS === null
        ? () => rm(file, { force: true })
        : () => writeFileAtomic(file, `${JSON.stringify({ offset_s: offsetS, at: isoTime(clock.now()) })}\n`);
    writing = writing.then(write).catch(onFailure);
  }

  return {
    /** A signed request was too old or too new. */
    refused(timestampS: number): void {
      const offsetS = timestampS - Math.floor(clock.now() / 1000);
      // What is no time at all, or one in milliseconds, is the sender's mistake and no clock's.
      if (!Number.isInteger(timestampS) || Math.abs(offsetS) > centuryS) return;
      offsets.set(timestampS, offsetS);
      for (const oldest of [...offsets.keys()].slice(0, Math.max(0, offsets.size - remembered))) offsets.delete(oldest);
      const agreed = agreedOffset([...offsets.values()].slice(-leastAgreeing));
      if (agreed !== null && (found === null || Math.abs(agreed - found) > spreadS)) keep(agreed);
    },

    /** A signed request was of this time. Whatever was refused before, this clock can be lived with. */
    agreed(): void {
      offsets.clear();
      keep(null);
    },

    notices(newestRecordMs: number | null): Notice[] {
      return [...(found === null ? [] : [differs(found)]), ...behindRecord(clock.now(), newestRecordMs)];
    },

    close: (): Promise<void> => writing,
  };
}

function agreedOffset(offsets: readonly number[]): number | null {
  if (offsets.length < leastAgreeing) return null;
  const sorted = [...offsets].sort((a, b) => a - b);
  const [least = 0, middle = 0, most = 0] = [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  return most - least <= spreadS ? middle : null;
}

const differs = (offsetS: number): Notice => ({
  code: 'CLOCK_DIFFERS',
  message: `Signed messages are refused because their time is ${spanOf(offsetS)} ${offsetS > 0 ? 'ahead of' : 'behind'} the clock here, and they agree on it. Set the clock of this computer (best from the network), or that of the senders`,
  offset_s: offsetS,
});

/** Whether the clock is behind what was already written down. */
function behindRecord(nowMs: number, newestRecordMs: number | null): Extract<Notice, { code: 'CLOCK_BEHIND' }>[] {
  const behindS = newestRecordMs === null ? 0 : Math.floor((newestRecordMs - nowMs) / 1000);
  if (behindS <= toleratedS) return [];
  const message = `The newest message was stored ${spanOf(behindS)} later than the clock says it is now. Set the clock of this computer, best from the network; until then due dates and "today" are wrong`;
  return [{ code: 'CLOCK_BEHIND', message, behind_s: behindS }];
}

/** What the product found of its clock within the last day, read from outside; null when nothing. */
export function readFoundClock(file: string, nowMs: number): Notice | null {
  try {
    const { offset_s, at } = Found.parse(JSON.parse(readFileSync(file, 'utf8')));
    return Math.abs(nowMs - Date.parse(at)) < staleAfterMs ? differs(offset_s) : null;
  } catch {
    // Not there, or cut short by a crash: nothing was found.
    return null;
  }
}

function spanOf(offsetS: number): string {
  const minutes = Math.round(Math.abs(offsetS) / 60);
  if (minutes < 120) return `${minutes} minutes`;
  return minutes < 48 * 60 ? `${Math.round(minutes / 60)} hours` : `${Math.round(minutes / 1440)} days`;
}
