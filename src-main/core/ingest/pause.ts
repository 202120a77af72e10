import { readFileSync, rmSync } from 'node:fs';
import * as z from 'zod';
import { writeFileAtomic } from '../foundation/atomic-file.ts';
import type { Clock } from '../foundation/clock.ts';
import type { Logger } from '../foundation/logger.ts';

/** `until` by the clock on the wall; null: until somebody resumes. `forMs` bounds it should that clock be set back. */
const Kept = z.strictObject({
  until: z.number().nullable(),
  forMs: z
    .number()
    .min(0)
    .max(7 * 86_400_000)
    .nullable(),
});
type Kept = z.infer<typeof Kept>;

const stepMs = 30_000;

interface PauseDeps {
  file: string;
  clock: Clock;
  logger: Logger;
  /** The work may go on, or has to stop. */
  onChange(): void;
}

export type Pause = ReturnType<typeof createPause>;

/**
 * Whether messages wait although nothing keeps them from being worked. Kept in a file, so that a restart does not work
 * what a person wanted to wait.
 */
export function createPause({ file, clock, logger, onChange }: PauseDeps) {
  let kept = read();
  let ending: AbortController | null = null;

  function read(): Kept | null {
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    }
    const parsed = Kept.safeParse(jsonOrNull(text));
    if (parsed.success) return parsed.data;
    // Somebody wanted it to wait; it says so until somebody says otherwise.
    logger.warn('pause.unreadable', { file });
    return { until: null, forMs: null };
  }

  /** Ends by a clock that nobody sets, and never later than it was meant to last. */
  function endInTime(): void {
    ending?.abort();
    ending = null;
    if (!kept || kept.until === null) return;
    const mine = new AbortController();
    ending = mine;
    waitUntil(kept.until, kept.forMs ?? 0, mine.signal).then(end, () => undefined);
  }

  /** In short steps: a machine that sleeps stops the timers, and not the clock on the wall. */
  async function waitUntil(until: number, mostMs: number, signal: AbortSignal): Promise<void> {
    const startedMs = clock.monotonicMs();
    const leftMs = () => Math.min(until - clock.now(), mostMs - (clock.monotonicMs() - startedMs));
    for (let left = leftMs(); left > 0; left = leftMs()) await clock.sleep(Math.min(left, stepMs), signal);
    signal.throwIfAborted();
  }

  function end(): void {
    ending?.abort();
    ending = null;
    if (!kept) return;
    kept = null;
    rmSync(file, { force: true });
    logger.info('pause.ended');
    onChange();
  }

  return {
    isOn: (): boolean => kept !== null,
    /** When it ends by itself; null: it does not. Undefined while nothing waits. */
    until: (): number | null | undefined => kept?.until,

    /** Durable before it is answered. */
    async begin(forMs: number | null): Promise<void> {
      const next: Kept = { until: forMs === null ? null : clock.now() + forMs, forMs };
      await writeFileAtomic(file, `${JSON.stringify(next)}\n`);
      kept = next;
      logger.info('pause.begun', { forMs });
      endInTime();
      onChange();
    },
    end,
    /** Begins to count what was left when the process before ended. */
    start: endInTime,
    stop: (): void => ending?.abort(),
  };
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
