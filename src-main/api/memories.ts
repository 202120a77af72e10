import { callerOf, type Implementation } from './implementation.ts';
import type { Services } from './services.ts';

export function implementMemories({ memories: api }: Implementation, { memories }: Services) {
  return {
    create: api.create.handler((call) => memories.create(call.input, callerOf(call))),
    createBatch: api.createBatch.handler((call) => memories.createBatch(call.input, callerOf(call))),
    search: api.search.handler((call) => memories.search(call.input, callerOf(call))),
    list: api.list.handler((call) => memories.list(call.input, callerOf(call))),
    get: api.get.handler((call) => memories.get(call.input, callerOf(call))),
    uses: api.uses.handler((call) => memories.uses(call.input, callerOf(call))),
    statistics: api.statistics.handler((call) => memories.statistics(call.input, callerOf(call))),
    update: api.update.handler((call) => memories.update(call.input, callerOf(call))),
    forget: api.forget.handler((call) => memories.forget(call.input, callerOf(call))),
    restore: api.restore.handler((call) => memories.restore(call.input, callerOf(call))),
    key: api.key.handler((call) => memories.key(call.input, callerOf(call))),
    rotateKey: api.rotateKey.handler((call) => memories.rotateKey(call.input, callerOf(call))),
    erase: api.erase.handler((call) => memories.erase(call.input, callerOf(call))),
    eraseSubject: api.eraseSubject.handler((call) => memories.eraseSubject(call.input, callerOf(call))),
  };
}
