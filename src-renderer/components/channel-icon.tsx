import { Braces, Cable, MessageCircle, Webhook } from 'lucide-react';

export function ChannelIcon({ channel, size = 14 }: { channel: string; size?: number }) {
  const Icon = channel === 'chat' ? MessageCircle : channel === 'socket' ? Cable : channel === 'api' ? Braces : Webhook;
  return <Icon aria-hidden="true" size={size} className="shrink-0" />;
}
