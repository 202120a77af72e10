import { callerOf, type Implementation } from './implementation.ts';
import type { Services } from './services.ts';

export function implementChat({ chat: api }: Implementation, { chat }: Services) {
  return {
    send: api.send.handler((call) => chat.send(call.input, callerOf(call))),
  };
}
