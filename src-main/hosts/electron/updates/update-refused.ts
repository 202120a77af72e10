import type { UpdateProblem } from '../../../../src-shared/schema/desktop.ts';

/** Why an update is not offered, fetched or installed. The interface has the words. */
export class UpdateRefused extends Error {
  readonly problem: UpdateProblem;

  constructor(problem: UpdateProblem, options?: ErrorOptions) {
    super(`an update was refused: ${problem}`, options);
    this.name = 'UpdateRefused';
    this.problem = problem;
  }
}

/** Everything that can go wrong on the way, as one of the reasons that a person is told. */
export function problemOf(error: unknown): UpdateProblem {
  if (error instanceof UpdateRefused) return error.problem;
  const code = codeOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'disk_full';
  if (code === 'ERR_CHECKSUM_MISMATCH') return 'hash';
  if (code === 'ERR_UPDATER_INVALID_SIGNATURE') return 'publisher';
  return 'unreachable';
}

/** A failure of the network or the disk names its kind in a code, often that of its cause. */
function codeOf(error: unknown): string | null {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++)
    if ('code' in at && typeof at.code === 'string') return at.code;
  return null;
}
