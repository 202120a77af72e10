import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { isAppError } from '../../core/foundation/app-error.ts';
import { writeFileAtomic } from '../../core/foundation/atomic-file.ts';

/** After so many starts in a row that came to nothing, the next one is made safe. */
const mostFailed = 3;
const goodAfterMs = 60_000;

const Kept = z.object({ failed: z.number().int().min(0).max(1_000_000) });

/** One start of the product, and how the starts before it ended. */
export interface StartRecord {
  /** Starts in a row, up to this one, that ended before they had worked for a while. */
  failedBefore: number;
  /** Whether they are so many that this start should leave out what others can reach. */
  shouldBeSafe: boolean;
  /** The product works. The start counts as good once it has done so for a minute, or when it ends in order. */
  isUp(): void;
  /** The product has ended, in order or by `error`. */
  ended(error?: unknown): Promise<void>;
}

/**
 * Writes down that a start begins: a process that is killed or crashes cannot do it at its end. A minute of work and an
 * end in order wipe the count. An error of our own is not counted: it names what is wrong, such as a port that is
 * taken, and leaving channels out would not help against it. Call it under the folder's lock, and `ended` before the
 * lock goes.
 */
export async function recordStart(dataDir: string, { provenAfterMs = goodAfterMs } = {}): Promise<StartRecord> {
  const file = join(dataDir, 'starts.json');
  const failedBefore = readFailed(file);
  const keep = (failed: number) => writeFileAtomic(file, `${JSON.stringify({ failed })}\n`);
  const forget = () => rmSync(file, { force: true });
  let proof: NodeJS.Timeout | null = null;
  await keep(failedBefore + 1);

  return {
    failedBefore,
    shouldBeSafe: failedBefore >= mostFailed,
    isUp() {
      proof = setTimeout(forget, provenAfterMs);
      proof.unref();
    },
    async ended(error) {
      if (proof) clearTimeout(proof);
      if (error === undefined && proof) forget();
      else if (isAppError(error)) await (failedBefore === 0 ? forget() : keep(failedBefore));
    },
  };
}

/** A record that is cut short or missing says nothing, and costs nothing but a start that is not made safe. */
function readFailed(file: string): number {
  try {
    return Kept.parse(JSON.parse(readFileSync(file, 'utf8'))).failed;
  } catch {
    return 0;
  }
}
