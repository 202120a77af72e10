import { Link } from '@tanstack/react-router';
import { Circle, CircleDashed, Pause, RefreshCw } from 'lucide-react';
import { useApi, useCanWrite, useConnectionState, useOutbox, usePause, useStatus } from '../api/index.ts';
import { Button } from '../components/button.tsx';
import { formatMoment } from '../components/format.ts';
import { usePlace } from '../components/use-place.ts';
import { useText } from '../locales/index.ts';

export function StatusBar() {
  const t = useText();
  const { data: status } = useStatus();
  const { entries } = useOutbox();
  const waiting = entries.filter((entry) => entry.failed === null).length;
  const isOnline = useConnectionState().type === 'online';
  const on = status?.channels.filter((channel) => channel.state !== 'off');

  return (
    <footer
      aria-label={t('bar.label')}
      className="flex min-h-7 shrink-0 flex-wrap items-center gap-x-4 border-divider border-t bg-sunken px-3 text-meta text-text-2"
    >
      <ConnectionBadge />
      {waiting > 0 && <span>{t('bar.waiting', { count: waiting })}</span>}
      {status?.paused && <PausedBadge until={status.paused.until} />}
      <div className="flex-1" />
      {/* Of a product that is not there nobody knows what waits in it. */}
      {isOnline && status && on && (
        <Link to="/status" className="flex items-center gap-x-4 rounded-sm py-1 hover:text-text narrow:hidden">
          {(status.database.damage !== null || status.database.salvage) && (
            <span className="text-danger">{t('bar.database')}</span>
          )}
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

function PausedBadge({ until }: { until: string | null }) {
  const t = useText();
  const canWrite = useCanWrite();
  const { resume } = usePause();
  const place = usePlace();
  return (
    <span className="flex items-center gap-1.5">
      <Pause aria-hidden="true" size={12} className="text-warn" />
      <span role="status">
        {until === null ? t('bar.paused') : t('bar.pausedUntil', { time: formatMoment(new Date(until), place) })}
      </span>
      {canWrite && (
        <Button size="small" kind="quiet" onPress={resume} className="h-6!">
          {t('bar.resume')}
        </Button>
      )}
    </span>
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
