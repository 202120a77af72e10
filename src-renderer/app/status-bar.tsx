import { Link } from '@tanstack/react-router';
import { Circle, CircleDashed, RefreshCw } from 'lucide-react';
import { useApi, useConnectionState, useOutbox, useStatus } from '../api/index.ts';
import { Button } from '../components/button.tsx';
import { useText } from '../locales/index.ts';

export function StatusBar() {
  const t = useText();
  const { data: status } = useStatus();
  const { entries } = useOutbox();
  const waiting = entries.filter((entry) => entry.failed === null).length;
  const on = status?.channels.filter((channel) => channel.state !== 'off');

  return (
    <footer
      aria-label={t('bar.label')}
      className="flex min-h-7 shrink-0 flex-wrap items-center gap-x-4 border-divider border-t bg-sunken px-3 text-meta text-text-2"
    >
      <ConnectionBadge />
      {waiting > 0 && <span>{t('bar.waiting', { count: waiting })}</span>}
      <div className="flex-1" />
      {status && on && (
        <Link to="/status" className="flex items-center gap-x-4 rounded-sm py-1 hover:text-text narrow:hidden">
          {status.queue.dead > 0 && <span className="text-danger">{t('bar.dead', { count: status.queue.dead })}</span>}
          <span>
            {t('bar.channels', { ready: on.filter((channel) => channel.state === 'ready').length, total: on.length })}
          </span>
          <span>{status.queue.queued > 0 ? t('bar.queue', { count: status.queue.queued }) : t('bar.queueEmpty')}</span>
        </Link>
      )}
    </footer>
  );
}

export function ConnectionBadge() {
  const t = useText();
  const state = useConnectionState();
  const { connection } = useApi();
  if (state.type === 'online') {
    return (
      <span role="status" className="flex items-center gap-1.5">
        <Circle aria-hidden="true" size={9} className="fill-ok text-ok" />
        {t('connection.online')}
      </span>
    );
  }
  const isFirst = state.type === 'connecting';
  return (
    <span className="flex items-center gap-1.5">
      <CircleDashed aria-hidden="true" size={12} className="breathing text-warn" />
      <span role="status">{t(isFirst ? 'connection.connecting' : 'connection.reconnecting')}</span>
      {state.type !== 'signed-out' && state.attempts > 1 && (
        <Button
          size="small"
          kind="quiet"
          icon={<RefreshCw aria-hidden="true" size={12} />}
          onPress={connection.retryNow}
          className="h-6!"
        >
          {t('connection.retry')}
        </Button>
      )}
    </span>
  );
}
