import type { Notice } from '../../../src-shared/schema/status.ts';
import type { Host } from '../../core/foundation/host.ts';
import type { DesktopText } from './locales.ts';

export type PortTaken = Extract<Notice, { code: 'PORT_TAKEN' }>;
/** Answers the port to use in place of the taken one, or null. */
export type OfferPort = (taken: PortTaken) => Promise<number | null>;

/** Says who has the port, and offers the next free one until the next start. */
export const createPortOffer =
  ({ confirm, text }: { confirm: Host['confirm']; text: DesktopText }): OfferPort =>
  async ({ port, holder, free_port: free }) => {
    if (free === null) return null;
    const somebody = holder
      ? text('port.holder', { program: holder.program, pid: String(holder.pid) })
      : text('port.somebody');
    const values = { port: String(port), free: String(free), holder: somebody };
    const accepted = await confirm({
      title: text('port.title', values),
      detail: text('port.detail', values),
      action: text('port.use', values),
    });
    return accepted ? free : null;
  };
