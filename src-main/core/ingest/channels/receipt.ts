import type { RawReply } from '../../foundation/http-route.ts';
import type { Accepted } from '../types.ts';

/** The longest body of a message over HTTP. */
export const maxBodyBytes = 1024 * 1024;

/** What the sender of a message is told once it is durable. */
export const receipt = ({ id, duplicate }: Accepted, more: Record<string, unknown> = {}): RawReply => ({
  status: duplicate ? 200 : 202,
  body: { id, duplicate, status: 'accepted', ...more },
});
