import { callerOf, type Implementation } from './implementation.ts';
import type { Services } from './services.ts';

export function implementErasures({ erasures: api }: Implementation, { erasures }: Services) {
  return {
    list: api.list.handler((call) => erasures.list(call.input, callerOf(call))),
    get: api.get.handler((call) => erasures.get(call.input, callerOf(call))),
    preview: api.preview.handler((call) => erasures.preview(call.input, callerOf(call))),
    erase: api.erase.handler((call) => erasures.erase(call.input, callerOf(call))),
  };
}
