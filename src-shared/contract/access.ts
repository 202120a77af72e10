import * as z from 'zod';
import { AccessToken, Role } from '../schema/access.ts';
import { asAdmin, asAnyone, failures, op } from './op.ts';

export const accessContract = {
  me: op
    .route({ method: 'GET', path: '/me', summary: 'Who this token speaks for', tags: ['access'] })
    .output(z.object({ token_id: z.string(), role: Role, label: z.string() })),
  pair: asAnyone
    .route({
      method: 'POST',
      path: '/pair',
      summary: 'Exchange a pairing code, shown where the product runs, for a token',
      tags: ['access'],
    })
    .errors(failures('PAIRING_CODE_INVALID', 'RATE_LIMITED'))
    .input(z.object({ code: z.string().min(4).max(32), label: z.string().trim().min(1).max(64).default('browser') }))
    .output(z.object({ token: z.string(), expires_at: z.string() })),
  listTokens: asAdmin
    .route({ method: 'GET', path: '/tokens', summary: 'Tokens that were given out', tags: ['access'] })
    .output(z.object({ items: z.array(AccessToken), next_cursor: z.null() })),
  createToken: asAdmin
    .route({ method: 'POST', path: '/tokens', successStatus: 201, summary: 'Mint a token', tags: ['access'] })
    .input(
      z.object({
        role: Role,
        label: z.string().trim().min(1).max(64),
        ttl_seconds: z
          .number()
          .int()
          .min(1)
          .max(10 * 365 * 86_400)
          .default(30 * 86_400),
      }),
    )
    .output(AccessToken.extend({ token: z.string() })),
  revokeToken: asAdmin
    .route({
      method: 'DELETE',
      path: '/tokens/{id}',
      summary: 'Revoke a token; its live connections close',
      tags: ['access'],
    })
    .errors(failures('TOKEN_NOT_FOUND'))
    .input(z.object({ id: z.string().min(1).max(64) }))
    .output(AccessToken),
};
