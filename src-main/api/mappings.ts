import { callerOf, type Implementation } from './implementation.ts';
import type { Services } from './services.ts';

export function implementMappings({ mappings: api }: Implementation, { mappings }: Services) {
  return {
    tryOut: api.tryOut.handler((call) => mappings.tryOut(call.input, callerOf(call))),
  };
}
