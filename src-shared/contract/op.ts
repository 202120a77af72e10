import { oc } from '@orpc/contract';
import type { ErrorCode } from '../error-codes.ts';
import { errorCodes } from '../error-codes.ts';
import type { Role } from '../schema/access.ts';

/** What every operation declares besides its shapes. */
export interface OperationMeta {
  /** The least role that may call it; 'anyone' needs no token. */
  access: Role | 'anyone';
}

/** An operation that a viewer may call. `asOperator` and `asAdmin` ask for more. */
export const op = oc.$meta<OperationMeta>({ access: 'viewer' });
export const asOperator = op.meta({ access: 'operator' });
export const asAdmin = op.meta({ access: 'admin' });
export const asAnyone = op.meta({ access: 'anyone' });

/** The error map of an operation: `failures('TASK_NOT_FOUND')`. */
export function failures<C extends ErrorCode>(...codes: C[]): { [K in C]: { status: number } } {
  const entries: [string, { status: number }][] = codes.map((code) => [code, { status: errorCodes[code] }]);
  return Object.fromEntries(entries) as { [K in C]: { status: number } };
}
