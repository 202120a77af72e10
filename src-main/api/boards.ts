import { callerOf, type Implementation } from './implementation.ts';
import type { Services } from './services.ts';

export function implementBoards({ boards: api }: Implementation, { boards }: Services) {
  return {
    get: api.get.handler((call) => boards.get(call.input, callerOf(call))),
  };
}
