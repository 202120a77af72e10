import { AppError } from '../core/foundation/app-error.ts';
import { callerOf, type Implementation } from './implementation.ts';
import type { Services } from './services.ts';

export function implementAccess({ access: api }: Implementation, { access }: Services) {
  return {
    me: api.me.handler(({ context: { principal } }) => {
      if (!principal) throw new AppError('UNAUTHORIZED', 'Nobody asks: this call carries no token');
      return { token_id: principal.tokenId, role: principal.role, label: principal.label };
    }),
    pair: api.pair.handler((call) => access.pair(call.input, callerOf(call))),
    listTokens: api.listTokens.handler((call) => access.listTokens(call.input, callerOf(call))),
    createToken: api.createToken.handler((call) => access.createToken(call.input, callerOf(call))),
    revokeToken: api.revokeToken.handler((call) => access.revokeToken(call.input, callerOf(call))),
  };
}
