import { callerOf, type Implementation } from './implementation.ts';
import type { Services } from './services.ts';

export function implementConversations({ conversations: api }: Implementation, { conversations }: Services) {
  return {
    list: api.list.handler((call) => conversations.list(call.input, callerOf(call))),
    summaries: api.summaries.handler((call) => conversations.summaries(call.input, callerOf(call))),
    messages: api.messages.handler((call) => conversations.messages(call.input, callerOf(call))),
  };
}
