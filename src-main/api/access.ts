import { callerOf, type Implementation, known } from './implementation.ts';
import type { Services } from './services.ts';

export function implementAccess({ access: api }: Implementation, { access }: Services) {
  return {
    me: api.me.handler((call) => {
      const { tokenId, role, label } = known(callerOf(call));
      return { token_id: tokenId, role, label };
    }),
    pair: api.pair.handler((call) => access.pair(call.input, callerOf(call))),
    listTokens: api.listTokens.handler((call) => access.listTokens(call.input, callerOf(call))),
    createToken: api.createToken.handler((call) => access.createToken(call.input, callerOf(call))),
    renameToken: api.renameToken.handler((call) => access.renameToken(call.input, callerOf(call))),
    revokeToken: api.revokeToken.handler((call) => access.revokeToken(call.input, callerOf(call))),
    revokeOtherTokens: api.revokeOtherTokens.handler((call) => access.revokeOtherTokens(call.input, callerOf(call))),
    createPairingCode: api.createPairingCode.handler((call) => access.createPairingCode(call.input, callerOf(call))),
    getPairingCode: api.getPairingCode.handler((call) => access.getPairingCode(call.input, callerOf(call))),
    withdrawPairingCode: api.withdrawPairingCode.handler((call) =>
      access.withdrawPairingCode(call.input, callerOf(call)),
    ),
    reach: api.reach.handler((call) => access.reach(call.input, callerOf(call))),
  };
}
