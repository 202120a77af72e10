import { Link } from '@tanstack/react-router';
import { CircleAlert, CircleCheck, CircleDashed, CircleX, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { ChannelStatus, Status } from '../../../src-shared/schema/status.ts';
import { useCanWrite, useDeadLetters, useRetryDeadLetter, useStatus } from '../../api/index.ts';
import { FailureState, Skeleton } from '../../app/notice.tsx';
import { useReportFailure } from '../../app/toast.tsx';
import { Button } from '../../components/button.tsx';
import { ChannelIcon } from '../../components/channel-icon.tsx';
import { classes } from '../../components/classes.ts';
import { formatBytes, formatNumber, formatPercent, formatSpan } from '../../components/format.ts';
import { Moment } from '../../components/moment.tsx';
import { ScrollArea } from '../../components/scroll-area.tsx';
import { usePlace } from '../../components/use-place.ts';
import { type Language, type Text, useLanguage, useText } from '../../locales/index.ts';
import { DatabaseNotices, databaseNotices } from './database-notices.tsx';
import { SaveDiagnostics } from './diagnostics.tsx';
import { noticeText } from './notice-text.ts';

export function StatusScreen() {
  const t = useText();
  const { data: status, error, refetch } = useStatus();
  return (
    <ScrollArea label={t('status.title')} className="h-full">
      <div className="mx-auto flex max-w-5xl flex-col gap-5 px-4 py-3">
        <h1 className="text-page">{t('status.title')}</h1>
        {error && !status && <FailureState error={error} onRetry={() => void refetch()} />}
        {!error && !status && <Skeleton rows={5} />}
        {status && <Everything status={status} />}
      </div>
    </ScrollArea>
  );
}

function Everything({ status }: { status: Status }) {
  const t = useText();
  const warnings = warningsIn(status, t, useLanguage());
  return (
    <>
      <Headline status={status} />
      {status.trouble && (
        <p role="alert" className="flex items-start gap-2 rounded-md bg-warn-soft p-2.5 text-warn">
          <TriangleAlert aria-hidden="true" size={16} className="mt-0.5 shrink-0" />
          {t(troubles[status.trouble], { server: status.database.server ?? '' })}
        </p>
      )}
      {databaseNotices(status.database).length > 0 && (
        <Section title={t('status.databaseTitle')}>
          <DatabaseNotices database={status.database} />
        </Section>
      )}
      {warnings.length > 0 && (
        <Section title={t('status.warningsTitle')}>
          <ul className="flex flex-col gap-2">
            {warnings.map((warning) => (
              <li key={warning} className="flex items-start gap-2 rounded-md bg-warn-soft p-2.5 text-warn">
                <TriangleAlert aria-hidden="true" size={16} className="mt-0.5 shrink-0" />
                {warning}
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Section title={t('status.channels')}>
        <ul className="grid gap-2 sm:grid-cols-2">
          {status.channels.map((channel) => (
            <li key={channel.name}>
              <Channel channel={channel} />
            </li>
          ))}
        </ul>
      </Section>
      <Figures status={status} />
      <DeadLetters />
      <Section title={t('status.errors')}>
        {status.errors.length === 0 ? (
          <p className="text-text-2">{t('status.noErrors')}</p>
        ) : (
          <Errors errors={status.errors} />
        )}
      </Section>
      <SaveDiagnostics />
    </>
  );
}

const troubles = {
  STORE_FULL: 'status.diskFull',
  STORE_UNAVAILABLE: 'status.diskRefuses',
  SERVER_UNAVAILABLE: 'status.serverAway',
} as const;

function Headline({ status }: { status: Status }) {
  const t = useText();
  const place = usePlace();
  const troubled = status.channels.filter(
    (channel) => channel.state === 'failed' || channel.state === 'misconfigured',
  ).length;
  const notices = new Set(status.warnings).size + databaseNotices(status.database).length;
  const count = troubled + notices + (status.queue.dead > 0 ? 1 : 0) + (status.trouble ? 1 : 0);
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
      <p
        className={classes('flex items-center gap-2 font-semibold text-section', count === 0 ? 'text-ok' : 'text-warn')}
      >
        {count === 0 ? <CircleCheck aria-hidden="true" size={20} /> : <TriangleAlert aria-hidden="true" size={20} />}
        {count === 0 ? t('status.good') : t('status.warnings', { count })}
      </p>
      <p className="text-text-2">
        {t('status.since', {
          span: formatSpan(Math.max(0, place.now.getTime() - Date.parse(status.started_at)), place.language),
        })}
        {' · '}
        {t('status.version', { version: status.version })}
      </p>
    </div>
  );
}

/** Each once, and in the reader's language where there is a notice of it. */
const warningsIn = ({ warnings, notices }: Status, t: Text, language: Language): string[] => {
  const said = new Map(notices.map((notice) => [notice.message, noticeText(notice, t, language)]));
  return [...new Set(warnings)].map((warning) => said.get(warning) ?? warning);
};

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h2 className="mb-1.5 text-body text-text-2">{title}</h2>
      {children}
    </section>
  );
}

const states = {
  ready: { icon: CircleCheck, look: 'text-ok', name: 'status.ready' },
  off: { icon: CircleDashed, look: 'text-text-3', name: 'status.off' },
  misconfigured: { icon: CircleAlert, look: 'text-warn', name: 'status.misconfigured' },
  failed: { icon: CircleX, look: 'text-danger', name: 'status.failedState' },
} as const;

function Channel({ channel }: { channel: ChannelStatus }) {
  const t = useText();
  const { icon: Icon, look, name } = states[channel.state];
  return (
    <article aria-label={channel.name} className="card flex h-full flex-col gap-1 p-3">
      <div className="flex items-center gap-2">
        <ChannelIcon channel={channel.kind} />
        <h3 className="min-w-0 flex-1 truncate">{channel.name}</h3>
        <span className={classes('flex items-center gap-1', look)}>
          <Icon aria-hidden="true" size={14} />
          {t(name)}
        </span>
      </div>
      {channel.address && (
        <code className="wrap-anywhere select-all font-mono text-meta text-text-2">{channel.address}</code>
      )}
      {channel.why && <p className={channel.state === 'off' ? 'text-text-2' : look}>{channel.why}</p>}
      <p className="mt-auto text-meta text-text-2">
        {t('status.channelCount', {
          accepted: channel.accepted,
          duplicate: channel.duplicate,
          rejected: channel.rejected,
        })}
        {channel.strangers > 0 && ` · ${t('status.strangers', { count: channel.strangers })}`}
        {' · '}
        {t('status.lastIn')} {channel.last_in_at ? <Moment at={channel.last_in_at} /> : t('status.never')}
      </p>
    </article>
  );
}

type Figure = readonly [name: string, value: ReactNode, tone?: 'danger' | 'warn' | undefined];

function Figures({ status }: { status: Status }) {
  const t = useText();
  const language = useLanguage();
  const number = (value: number) => formatNumber(value, language);
  const bad = (value: number, tone: 'danger' | 'warn') => (value > 0 ? tone : undefined);
  const { queue, outbox, egress, totals, process, database } = status;
  const when = (at: string | null) => (at === null ? t('status.notYet') : <Moment at={at} />);
  return (
    <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
      <FigureList
        title={t('status.queue')}
        figures={[
          [t('status.queued'), number(queue.queued)],
          [t('status.working'), number(queue.working)],
          [t('status.dead'), number(queue.dead), bad(queue.dead, 'danger')],
          [t('status.limit'), number(queue.limit)],
          ...(queue.oldest_at ? [[t('status.oldest'), <Moment key="oldest" at={queue.oldest_at} />] as const] : []),
        ]}
      />
      <FigureList
        title={t('status.outbox')}
        figures={[
          [t('status.pending'), number(outbox.pending)],
          [t('status.outFailed'), number(outbox.failed), bad(outbox.failed, 'danger')],
          [t('status.unknown'), number(outbox.unknown), bad(outbox.unknown, 'warn')],
          [t('status.calls'), number(egress.sent)],
          [t('status.blocked'), number(egress.blocked), bad(egress.blocked, 'warn')],
        ]}
      />
      <FigureList
        title={t('status.totals')}
        figures={[
          [t('status.messages'), number(totals.messages)],
          [t('status.done'), number(totals.done)],
          [t('status.memories'), number(totals.memories)],
          [t('status.tasks'), number(totals.tasks)],
          [t('status.received'), number(totals.received)],
          [t('status.rejected'), number(totals.rejected)],
        ]}
      />
      <FigureList
        title={t('status.process')}
        figures={[
          [t('status.memoryUse'), formatBytes(process.memory_bytes, language)],
          [t('status.cpu'), formatPercent(process.cpu_ratio, language, 1)],
          [t('status.loop'), t('status.ms', { ms: Math.round(process.loop_delay_p99_ms * 10) / 10 })],
          [t('status.database'), formatBytes(process.database_bytes, language)],
        ]}
      />
      <div className="sm:col-span-2 lg:col-span-4">
        <FigureList
          title={t('status.folder')}
          figures={[
            [
              t('status.folder'),
              <code key="folder" className="wrap-anywhere font-mono text-meta">
                {status.data_folder}
              </code>,
            ],
            [t('status.durability'), t(`status.durability.${status.durability}`)],
            ...(database.server
              ? [
                  [
                    t('status.server'),
                    <code key="server" className="wrap-anywhere font-mono text-meta">
                      {database.server}
                    </code>,
                  ] as const,
                ]
              : []),
            [
              t('status.checked'),
              <>
                {when(database.checked_at)}
                {database.checked_at && ' · '}
                {database.checked_at && database.damage === null && t('status.allWell')}
                {database.damage !== null && t('status.damaged', { count: database.damaged_rows })}
              </>,
              database.damage === null ? undefined : 'danger',
            ],
            [
              t('status.copies'),
              <>
                {number(database.copies)}
                {database.copied_at && (
                  <>
                    {' · '}
                    {t('status.newestCopy')} <Moment at={database.copied_at} />
                  </>
                )}
              </>,
            ],
          ]}
        />
      </div>
    </div>
  );
}

const tones = { danger: 'text-danger font-semibold', warn: 'text-warn font-semibold' };

function FigureList({ title, figures }: { title: string; figures: readonly Figure[] }) {
  return (
    <Section title={title}>
      <dl className="card divide-y divide-divider px-3">
        {figures.map(([name, value, tone]) => (
          <div key={name} className="flex justify-between gap-3 py-1.5">
            <dt className="text-text-2">{name}</dt>
            <dd className={classes('min-w-0 text-right', tone && tones[tone])}>{value}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

function DeadLetters() {
  const t = useText();
  const canWrite = useCanWrite();
  const { data, error, refetch, hasNextPage, fetchNextPage } = useDeadLetters();
  const retry = useRetryDeadLetter({ onFailure: useReportFailure() });
  const letters = data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Section title={t('status.deadTitle')}>
      {error && !data && <FailureState error={error} onRetry={() => void refetch()} />}
      {data && letters.length === 0 && <p className="text-text-2">{t('status.noDead')}</p>}
      {letters.length > 0 && (
        <ul className="card divide-y divide-divider">
          {letters.map((letter) => (
            <li key={letter.message_id} className="flex flex-wrap items-center gap-3 p-3">
              <div className="min-w-0 flex-1 basis-64">
                <p className="line-clamp-2 wrap-anywhere">{letter.content}</p>
                <p className="text-danger text-meta">{letter.reason}</p>
                <p className="text-meta text-text-2">
                  {letter.sender_id} · {t('status.attempts', { count: letter.attempts })} ·{' '}
                  <Moment at={letter.dead_at} />
                </p>
              </div>
              <Link
                to="/chat"
                search={{ conversation: letter.conversation, message: letter.message_id }}
                className="min-h-6 text-accent underline underline-offset-2"
              >
                {t('common.openConversation')}
              </Link>
              {canWrite && (
                <Button
                  isDisabled={retry.isPending && retry.variables === letter.message_id}
                  onPress={() => retry.mutate(letter.message_id)}
                >
                  {t(retry.isPending && retry.variables === letter.message_id ? 'status.retrying' : 'status.retry')}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {hasNextPage && (
        <Button kind="quiet" className="mt-1" onPress={() => void fetchNextPage()}>
          {t('common.more')}
        </Button>
      )}
    </Section>
  );
}

/** A list and not a table: on a phone three columns leave no room for what happened. */
function Errors({ errors }: { errors: Status['errors'] }) {
  return (
    <ul className="card divide-y divide-divider">
      {errors.map((error, index) => (
        <li
          key={index}
          className="px-3 py-1.5 sm:grid sm:grid-cols-[8rem_minmax(0,11rem)_minmax(0,1fr)] sm:items-baseline sm:gap-x-4"
        >
          <Moment at={error.at} className="mr-2 whitespace-nowrap" />
          <span className="wrap-anywhere text-text-2">{error.component}</span>
          <p className="wrap-anywhere">
            <code className="font-mono text-meta text-text-2">{error.code}</code> {error.message}
          </p>
        </li>
      ))}
    </ul>
  );
}
