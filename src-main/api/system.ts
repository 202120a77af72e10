import { AppError } from '../core/foundation/app-error.ts';
import { callerOf, type Implementation, tellable } from './implementation.ts';
import type { Services } from './services.ts';

/** One token may follow changes in this many places at once; more is a program that forgets to stop. */
const maxStreamsPerToken = 64;

export function implementSystem({ system: api }: Implementation, services: Services) {
  const { system } = services;
  const streams = new Map<string, number>();

  return {
    health: api.health.handler((call) => system.health(call.input, callerOf(call))),
    status: api.status.handler((call) => system.status(call.input, callerOf(call))),
    diagnostics: api.diagnostics.handler((call) => system.diagnostics(call.input, callerOf(call))),
    pause: api.pause.handler((call) => system.pause(call.input, callerOf(call))),
    resume: api.resume.handler((call) => system.resume(call.input, callerOf(call))),
    watch: api.watch.handler(async (call) => {
      const caller = callerOf(call);
      const token = caller.principal?.tokenId ?? '';
      if ((streams.get(token) ?? 0) >= maxStreamsPerToken) {
        throw new AppError(
          'RATE_LIMITED',
          `This token already follows changes in ${maxStreamsPerToken} places; close one of them`,
        );
      }
      // Asked for before the first event, so that a refusal is an error and not a stream that ends.
      const changes = await system.watch(call.input, caller);
      return follow(changes, token);
    }),
  };

  async function* follow<Change>(changes: AsyncIterable<Change>, token: string): AsyncGenerator<Change, void> {
    streams.set(token, (streams.get(token) ?? 0) + 1);
    try {
      for await (const change of changes) yield change;
    } catch (error) {
      throw tellable(error, services);
    } finally {
      const left = (streams.get(token) ?? 1) - 1;
      if (left > 0) streams.set(token, left);
      else streams.delete(token);
    }
  }
}
