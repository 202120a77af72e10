import { Status } from '../../src-shared/schema/status.ts';
import type { Product } from './product.ts';

/** What the product tells of itself, as anyone with a viewer's token may read it. */
export async function statusOf({ url, token }: Pick<Product, 'url' | 'token'>): Promise<Status> {
  const response = await fetch(`${url}/api/v1/health/detail`, { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error(`the status was refused with ${response.status}: ${await response.text()}`);
  return Status.parse(await response.json());
}

/** The two sums that always hold, and what they should come to. */
export const sumsOf = ({ totals, queue }: Status) => ({
  received: totals.accepted + totals.duplicate + totals.rejected + totals.arriving,
  messages: totals.done + queue.queued + queue.working + queue.dead,
});
export const balanceOf = ({ totals: { received, messages } }: Status) => ({ received, messages });
