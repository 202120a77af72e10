import * as z from 'zod';
import { AccessToken, Device, DeviceLabel, PairingCode, Reach, Role } from '../schema/access.ts';
import { asAdmin, asAnyone, failures, op } from './op.ts';

const Id = z.string().min(1).max(64);

export const accessContract = {
  me: op
    .route({ method: 'GET', path: '/me', summary: 'Who this token speaks for', tags: ['access'] })
    .output(z.object({ token_id: z.string(), role: Role, label: z.string() })),
  pair: asAnyone
    .route({
      method: 'POST',
      path: '/pair',
      summary: 'Exchange a pairing code for a token of this device',
      tags: ['access'],
    })
    .errors(failures('PAIRING_CODE_INVALID', 'RATE_LIMITED'))
    .input(z.object({ code: z.string().min(4).max(32), label: DeviceLabel.default('browser') }))
    .output(z.object({ token: z.string(), expires_at: z.string() })),
  listTokens: asAdmin
    .route({
      method: 'GET',
      path: '/tokens',
      summary: 'Tokens that were given out, what each was last used for and holds open',
      tags: ['access'],
    })
    .output(z.object({ items: z.array(Device), next_cursor: z.null() })),
  createToken: asAdmin
    .route({ method: 'POST', path: '/tokens', successStatus: 201, summary: 'Mint a token', tags: ['access'] })
    .input(
      z.object({
        role: Role,
        label: DeviceLabel,
        ttl_seconds: z
          .number()
          .int()
          .min(1)
          .max(10 * 365 * 86_400)
          .default(30 * 86_400),
      }),
    )
    .output(AccessToken.extend({ token: z.string() })),
  renameToken: asAdmin
    .route({ method: 'PATCH', path: '/tokens/{id}', summary: 'Give a token another label', tags: ['access'] })
    .errors(failures('TOKEN_NOT_FOUND'))
    .input(z.object({ id: Id, label: DeviceLabel }))
    .output(AccessToken),
  revokeToken: asAdmin
    .route({
      method: 'DELETE',
      path: '/tokens/{id}',
      summary: 'Revoke a token; its live connections close',
      tags: ['access'],
    })
    .errors(failures('TOKEN_NOT_FOUND'))
    .input(z.object({ id: Id }))
    .output(AccessToken),
  revokeOtherTokens: asAdmin
    .route({
      method: 'DELETE',
      path: '/tokens',
      summary: 'Revoke every token but the one that asks; their live connections close',
      tags: ['access'],
    })
    // Said in so many words, so that a forgotten id does not revoke everything.
    .input(z.object({ except: z.literal('mine') }))
    .output(z.object({ revoked: z.number().int() })),
  createPairingCode: asAdmin
    .route({
      method: 'POST',
      path: '/pairing-codes',
      successStatus: 201,
      summary: 'A code that pairs one more device, once, within a minute',
      tags: ['access'],
    })
    .input(z.object({ role: Role, label: DeviceLabel.nullable().default(null) }))
    // How long, besides until when: the clocks of two machines may differ by more than a minute.
    .output(PairingCode.extend({ code: z.string(), ttl_seconds: z.number().int() })),
  getPairingCode: asAdmin
    .route({
      method: 'GET',
      path: '/pairing-codes/{id}',
      summary: 'Whether a pairing code still waits, was used, or has expired',
      tags: ['access'],
    })
    .errors(failures('NOT_FOUND'))
    .input(z.object({ id: Id }))
    .output(PairingCode),
  withdrawPairingCode: asAdmin
    .route({
      method: 'DELETE',
      path: '/pairing-codes/{id}',
      summary: 'Take a pairing code back; one that was used stays used',
      tags: ['access'],
    })
    .input(z.object({ id: Id }))
    .output(z.object({ id: z.string() })),
  reach: asAdmin
    .route({
      method: 'GET',
      path: '/reach',
      summary: 'Where browsers find this product, and what keeps a phone from it',
      tags: ['access'],
    })
    .output(Reach),
};
