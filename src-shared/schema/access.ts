import * as z from 'zod';
import { Instant } from './common.ts';

/** viewer reads; operator also works (messages, tasks, memories); admin also grants and revokes. */
export const Role = z.enum(['viewer', 'operator', 'admin']);
export type Role = z.infer<typeof Role>;

const rank: Record<Role, number> = { viewer: 0, operator: 1, admin: 2 };
export const roleCovers = (held: Role, needed: Role): boolean => rank[held] >= rank[needed];

/** A name that tells one device from another in the list. */
export const DeviceLabel = z.string().trim().min(1).max(64);

/** How a token came to be; `unknown`: given out before this was kept. */
export const TokenOrigin = z.enum(['pairing', 'command_line', 'start', 'api', 'unknown']);
export type TokenOrigin = z.infer<typeof TokenOrigin>;

/** What a token was last seen doing: holding the interface open, calling REST, or holding socket mode open. */
export const TokenWay = z.enum(['interface', 'rest', 'socket']);
export type TokenWay = z.infer<typeof TokenWay>;

/** Where from, as a class: which address it was is nobody's business a month later. */
export const AddressClass = z.enum(['this_machine', 'local_network', 'elsewhere']);
export type AddressClass = z.infer<typeof AddressClass>;

export const AccessToken = z.object({
  id: z.string(),
  role: Role,
  label: z.string(),
  origin: TokenOrigin,
  created_at: Instant,
  expires_at: Instant,
  revoked_at: Instant.nullable(),
  /** Kept to the minute; null: never used, or not since this is kept. */
  last_used: z.object({ at: Instant, way: TokenWay, from: AddressClass }).nullable(),
});
export type AccessToken = z.infer<typeof AccessToken>;

/** A token as the list shows it. */
export const Device = AccessToken.extend({
  /** Sockets and event streams that it holds open now. */
  connections: z.number().int(),
});
export type Device = z.infer<typeof Device>;

export const PairingCode = z.object({
  id: z.string(),
  role: Role,
  /** Null: the browser that is paired names itself. */
  label: z.string().nullable(),
  expires_at: Instant,
  state: z.enum(['waiting', 'used', 'expired']),
  /** The token that it became. */
  token_id: z.string().nullable(),
});
export type PairingCode = z.infer<typeof PairingCode>;

/** Where browsers find this product, and what keeps a phone from it. */
export const Reach = z.object({
  /** Those that a phone can open come first; `proxy`: only where a proxy that speaks TLS answers there. */
  addresses: z.array(z.object({ url: z.string(), for: z.enum(['phone', 'phone_through_proxy', 'this_machine']) })),
  /** In the order in which to mend them. */
  obstacles: z.array(z.enum(['not_listening', 'loopback_only', 'no_name', 'address_list'])),
  /** This machine's own networks, to name in the configuration. */
  networks: z.array(z.object({ address: z.string(), network: z.string() })),
});
export type Reach = z.infer<typeof Reach>;

/** Who is asking. Built from the server's own record, never from what the caller says of itself. */
export interface Principal {
  tokenId: string;
  role: Role;
  label: string;
}
