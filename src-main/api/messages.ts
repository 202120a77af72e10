import { callerOf, type Implementation } from './implementation.ts';
import type { Services } from './services.ts';

export function implementMessages({ messages: api }: Implementation, { messages }: Services) {
  return {
    get: api.get.handler((call) => messages.get(call.input, callerOf(call))),
    listDead: api.listDead.handler((call) => messages.listDead(call.input, callerOf(call))),
    retryDead: api.retryDead.handler((call) => messages.retryDead(call.input, callerOf(call))),
  };
}
