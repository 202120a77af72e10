import { callerOf, type Implementation } from './implementation.ts';
import type { Services } from './services.ts';

export function implementTodos({ todos: api }: Implementation, { todos }: Services) {
  return {
    extract: api.extract.handler((call) => todos.extract(call.input, callerOf(call))),
  };
}
