import { callerOf, type Implementation } from './implementation.ts';
import type { Services } from './services.ts';

export function implementTransfers({ transfers: api }: Implementation, { transfers }: Services) {
  return {
    exportPage: api.exportPage.handler((call) => transfers.exportPage(call.input, callerOf(call))),
    list: api.list.handler((call) => transfers.list(call.input, callerOf(call))),
    begin: api.begin.handler((call) => transfers.begin(call.input, callerOf(call))),
    upload: api.upload.handler((call) => transfers.upload(call.input, callerOf(call))),
    preview: api.preview.handler((call) => transfers.preview(call.input, callerOf(call))),
    confirm: api.confirm.handler((call) => transfers.confirm(call.input, callerOf(call))),
    get: api.get.handler((call) => transfers.get(call.input, callerOf(call))),
    cancel: api.cancel.handler((call) => transfers.cancel(call.input, callerOf(call))),
    undo: api.undo.handler((call) => transfers.undo(call.input, callerOf(call))),
    restore: api.restore.handler((call) => transfers.restore(call.input, callerOf(call))),
  };
}
