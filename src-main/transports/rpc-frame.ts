import * as z from 'zod';
import { isAppError } from '../core/foundation/app-error.ts';
import { parseJson } from '../core/foundation/strict-json.ts';

/** What one frame may weigh, on a socket and on a port. */
export const rpcPayload = 2 * 1024 * 1024;

/** What the protocol sends: a call, or the end of one. Anything else would reach its decoder as a fault of ours. */
const Frame = z.object({
  i: z.string().min(1).max(64),
  t: z.union([z.literal(1), z.literal(4)]).optional(),
  p: z.unknown().optional(),
});
const Call = z.object({
  u: z.string().startsWith('/').max(512),
  h: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
  m: z.string().max(16).optional(),
});

/** The text of a well-formed frame, null for anything else. */
export function readFrame(bytes: Buffer): string | null {
  try {
    const frame = Frame.safeParse(parseJson(bytes));
    if (!frame.success) return null;
    const isCall = frame.data.t !== 4;
    return !isCall || Call.safeParse(frame.data.p).success ? bytes.toString('utf8') : null;
  } catch (error) {
    if (isAppError(error)) return null;
    throw error;
  }
}
