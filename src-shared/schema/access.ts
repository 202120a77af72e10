import * as z from 'zod';
import { Instant } from './common.ts';

/** viewer reads; operator also works (messages, tasks, memories); admin also grants and revokes. */
export const Role = z.enum(['viewer', 'operator', 'admin']);
export type Role = z.infer<typeof Role>;

const rank: Record<Role, number> = { viewer: 0, operator: 1, admin: 2 };
export const roleCovers = (held: Role, needed: Role): boolean => rank[held] >= rank[needed];

export const AccessToken = z.object({
  id: z.string(),
  role: Role,
  label: z.string(),
  created_at: Instant,
  expires_at: Instant,
  revoked_at: Instant.nullable(),
});
export type AccessToken = z.infer<typeof AccessToken>;

/** Who is asking. Built from the server's own record, never from what the caller says of itself. */
export interface Principal {
  tokenId: string;
  role: Role;
  label: string;
}
