import type { Locale } from '../../../../../src-shared/schema/common.ts';
import type { Attachment } from '../../../../../src-shared/schema/message.ts';
import type { Clock } from '../../../foundation/clock.ts';
import type { Accepted, Channel, Inbox } from '../../types.ts';
import { createCounters } from '../counters.ts';

export interface ChatMessage {
  content: string;
  conversation_id: string;
  attachments: Attachment[];
  external_id: string;
  locale?: Locale | undefined;
  timezone?: string | undefined;
}

export type ChatChannel = Channel & { send(message: ChatMessage): Promise<Accepted> };

/** Whoever sits at the interface is one person, whatever window or token he uses. */
const senderId = 'me';

/** The built-in chat. The API brings what is said; replies are read from the store, whose changes the interface follows. */
export function createChatChannel({ inbox, clock }: { inbox: Inbox; clock: Clock }): ChatChannel {
  const counters = createCounters(clock);

  return {
    name: 'chat',
    kind: 'chat',
    httpRoutes: [],
    socketRoute: null,
    status: () => ({ name: 'chat', kind: 'chat', state: 'ready', address: null, why: null, ...counters.figures() }),
    close: async () => {},

    send: ({ content, conversation_id, attachments, external_id, locale, timezone }) =>
      counters.count(() =>
        inbox.accept({
          channel: 'chat',
          platform: 'chat',
          external_id,
          message: {
            sender_id: senderId,
            content,
            conversation_id,
            attachments,
            metadata: { ...(locale === undefined ? {} : { locale }), ...(timezone === undefined ? {} : { timezone }) },
          },
        }),
      ),
  };
}
