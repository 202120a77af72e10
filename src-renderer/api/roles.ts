import type { Role } from '../../src-shared/schema/access.ts';

const order: readonly Role[] = ['viewer', 'operator', 'admin'];
/** Mirrors the order the core uses; written here so that the page does not load the schemas for one comparison. */
export const roleRank = (role: Role): number => order.indexOf(role);

/** What somebody of this role may give to others, the least first. */
export const rolesUpTo = (role: Role): readonly Role[] => order.slice(0, roleRank(role) + 1);
