import type { NewMessage } from './messages.ts';

let made = 0;

/** For tests: a message as a channel takes it, each with ids of its own. */
export function testMessage(change: Partial<NewMessage> = {}): NewMessage {
  made++;
  return {
    id: `m${String(made).padStart(6, '0')}`,
    platform: 'webhook',
    channel: 'webhook',
    external_id: `e${made}`,
    conversation_id: 'c1',
    sender_id: 'ana',
    content: 'hello',
    timestamp: 1_700_000_000,
    attachments: '[]',
    metadata: '{}',
    received_at: 1_700_000_000_000,
    ...change,
  };
}
