import { UnifiedMessage } from '../../../../../src-shared/schema/message.ts';
import type { Clock } from '../../../foundation/clock.ts';
import type { RawReply, RawRequest } from '../../../foundation/http-route.ts';
import type { Ids } from '../../../foundation/ids.ts';
import { parseJson } from '../../../foundation/strict-json.ts';
import type { Channel, Inbox } from '../../types.ts';
import { createCounters } from '../counters.ts';
import { MessageInvalid, readKeyHeader, readMessage } from '../incoming-message.ts';
import { maxBodyBytes, receipt } from '../receipt.ts';

export interface ApiChannelDeps {
  inbox: Inbox;
  ids: Ids;
  clock: Clock;
}

const path = '/api/v1/messages';
const longestWaitS = 60;

/** A way in for programs that hold a token. They may wait for the reply, or read it later. */
export function createApiChannel({ inbox, ids, clock }: ApiChannelDeps): Channel {
  const counters = createCounters(clock);

  async function handle(request: RawRequest): Promise<RawReply> {
    let waitMs = 0;
    const accepted = await counters.count(async () => {
      const { headers, body } = request;
      waitMs = readWaitMs(request.query);
      const message = readMessage(parseJson(body));
      const key = message.external_id ?? readKeyHeader('Idempotency-Key', headers['idempotency-key']) ?? ids.next();
      return inbox.accept({ channel: 'api', platform: 'api', message, external_id: key });
    });
    if (waitMs === 0) return receipt(accepted);
    const reply = await inbox.waitForReply(accepted.id, waitMs, request.signal);
    return receipt(accepted, reply ? { reply: UnifiedMessage.parse(reply) } : {});
  }

  return {
    name: 'api',
    kind: 'api',
    httpRoutes: [{ method: 'POST', path, maxBytes: maxBodyBytes, access: 'operator', handle }],
    socketRoute: null,
    status: () => ({ name: 'api', kind: 'api', state: 'ready', address: path, why: null, ...counters.figures() }),
    close: async () => {},
  };
}

/** `wait` in seconds, at most 60; left out or 0: no waiting. */
function readWaitMs(query: URLSearchParams): number {
  const [seconds, another] = query.getAll('wait');
  if (seconds === undefined) return 0;
  if (another !== undefined || !/^\d{1,9}(?:\.\d{1,3})?$/.test(seconds)) {
    throw new MessageInvalid([{ field: 'wait', message: `once, a number of seconds from 1 to ${longestWaitS}` }]);
  }
  const wanted = Number(seconds);
  return wanted === 0 ? 0 : Math.min(Math.max(wanted, 1), longestWaitS) * 1000;
}
