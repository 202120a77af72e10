import { callerOf, type Implementation } from './implementation.ts';
import type { Services } from './services.ts';

export function implementTasks({ tasks: api }: Implementation, { tasks }: Services) {
  return {
    list: api.list.handler((call) => tasks.list(call.input, callerOf(call))),
    get: api.get.handler((call) => tasks.get(call.input, callerOf(call))),
    create: api.create.handler((call) => tasks.create(call.input, callerOf(call))),
    update: api.update.handler((call) => tasks.update(call.input, callerOf(call))),
    remove: api.remove.handler((call) => tasks.remove(call.input, callerOf(call))),
    restore: api.restore.handler((call) => tasks.restore(call.input, callerOf(call))),
  };
}
