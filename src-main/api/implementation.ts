import { implement, ORPCError } from '@orpc/server';
import { contract, type OperationMeta } from '../../src-shared/contract/index.ts';
import { errorCodes } from '../../src-shared/error-codes.ts';
import { type Principal, roleCovers } from '../../src-shared/schema/access.ts';
import { AppError, isAppError } from '../core/foundation/app-error.ts';
import type { CallContext, Caller, Services } from './services.ts';

/** The contract with its two rules applied to every operation: who may call it, and how a failure is told. */
export function implementContract(services: Services) {
  return implement(contract)
    .$context<CallContext>()
    .use(({ context, procedure, next }) => {
      requireRole(procedure['~orpc'].meta, context);
      return told(() => next(), services);
    });
}

export type Implementation = ReturnType<typeof implementContract>;

/** The caller as services see it. */
export const callerOf = ({ context, signal }: { context: CallContext; signal?: AbortSignal | undefined }): Caller => ({
  principal: context.principal,
  remote: context.remote,
  signal,
});

/** Whoever calls an operation that asks for a role is known. */
export function known({ principal }: Caller): Principal {
  if (!principal) throw new AppError('UNAUTHORIZED', 'Nobody asks: this call carries no token');
  return principal;
}

/** A failure on the way is told by the rules of `tellable`. */
export async function told<T>(run: () => T, services: Pick<Services, 'report'>): Promise<Awaited<T>> {
  try {
    return await run();
  } catch (error) {
    throw tellable(error, services);
  }
}

/** Runs before the input is looked at, so a stranger learns nothing from it. An operation that declares nothing is closed. */
export function requireRole(meta: Partial<OperationMeta>, { principal }: CallContext): void {
  if (meta.access === 'anyone') return;
  if (!principal) throw failure('UNAUTHORIZED', 'This needs a token: send it as "Authorization: Bearer …"');
  if (!meta.access || !roleCovers(principal.role, meta.access)) {
    throw failure('FORBIDDEN', `This needs the role ${meta.access ?? 'nobody has'}; your token has ${principal.role}`);
  }
}

const failure = (code: keyof typeof errorCodes, message: string, data?: unknown) =>
  new ORPCError(code, { status: errorCodes[code], message, data });

/** What the outside is told: our own failures by code, anything else by an incident number and nothing more. */
export function tellable(error: unknown, { report }: Pick<Services, 'report'>): ORPCError<string, unknown> {
  if (isAppError(error))
    return new ORPCError(error.code, { status: error.status, message: error.message, data: error.data, cause: error });
  if (error instanceof ORPCError && error.code !== 'INTERNAL_SERVER_ERROR') return error;
  const incident = report(error instanceof ORPCError ? (error.cause ?? error) : error);
  return failure('INTERNAL', `Something went wrong here; the log has it as incident ${incident}`, { incident });
}
