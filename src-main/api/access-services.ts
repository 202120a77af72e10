import type { Reach } from '../../src-shared/schema/access.ts';
import type { Access } from '../core/access/index.ts';
import { known } from './implementation.ts';
import type { Services } from './services.ts';

/** Access, as the API needs it. Who grants is who the server's record says is asking. */
export function accessServices(access: Access, reach: () => Reach): Services['access'] {
  return {
    pair: ({ code, label }, { remote }) => access.pair({ code, label, address: remote }),
    listTokens: async () => ({ items: await access.list(), next_cursor: null }),
    createToken: ({ role, label, ttl_seconds }, caller) =>
      access.grant({ role, label, ttlSeconds: ttl_seconds }, known(caller)),
    renameToken: ({ id, label }) => access.rename(id, label),
    revokeToken: ({ id }) => access.revoke(id),
    revokeOtherTokens: async (_input, caller) => ({ revoked: await access.revokeOthers(known(caller).tokenId) }),
    createPairingCode: (wanted, caller) => access.grantPairingCode(wanted, known(caller)),
    getPairingCode: ({ id }) => access.findPairingCode(id),
    async withdrawPairingCode({ id }) {
      await access.withdrawPairingCode(id);
      return { id };
    },
    reach,
  };
}
