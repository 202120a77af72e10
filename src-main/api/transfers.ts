import { callerOf, type Implementation } from './implementation.ts';
import type { Services } from './services.ts';

export function implementTransfers({ transfers: api }: Implementation, { transfers }: Services) {
  return {
    exportPage: api.exportPage.handler((call) => transfers.exportPage(call.input, callerOf(call))),
    list: api.list.handler((call) => transfers.list(call.input, callerOf(call))),
    undo: api.undo.handler((call) => transfers.undo(call.input, callerOf(call))),
    restore: api.restore.handler((call) => transfers.restore(call.input, callerOf(call))),
  };
}
