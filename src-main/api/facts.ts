import { callerOf, type Implementation } from './implementation.ts';
import type { Services } from './services.ts';

export function implementFacts({ facts: api }: Implementation, { facts }: Services) {
  return {
    list: api.list.handler((call) => facts.list(call.input, callerOf(call))),
    forget: api.forget.handler((call) => facts.forget(call.input, callerOf(call))),
    restore: api.restore.handler((call) => facts.restore(call.input, callerOf(call))),
  };
}
