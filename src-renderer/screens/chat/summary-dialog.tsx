import type { ConversationSummary } from '../../../src-shared/schema/summary.ts';
import { useSummaries } from '../../api/index.ts';
import { FailureState, Skeleton } from '../../app/notice.tsx';
import { Button } from '../../components/button.tsx';
import { ModalDialog } from '../../components/dialog.tsx';
import { formatDay } from '../../components/format.ts';
import { Moment } from '../../components/moment.tsx';
import { personName } from '../../components/provenance.ts';
import { usePlace } from '../../components/use-place.ts';
import { writtenLanguage } from '../../components/written-language.ts';
import { useText } from '../../locales/index.ts';

interface SummaryDialogProps {
  conversation: string;
  onOpen(messageId: string): void;
  onClose(): void;
}

/** What was talked about, talk by talk: the turns that say most, in the words of whoever said them. */
export function SummaryDialog({ conversation, onOpen, onClose }: SummaryDialogProps) {
  const t = useText();
  const { data, error, refetch, hasNextPage, fetchNextPage } = useSummaries(conversation);
  const talks = data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <ModalDialog isOpen title={t('summary.title')} onClose={onClose}>
      <div className="flex flex-col gap-4">
        <p className="text-text-2">{t('summary.what')}</p>
        {!data && (error ? <FailureState error={error} onRetry={() => void refetch()} /> : <Skeleton rows={4} />)}
        {data && talks.length === 0 && <p className="py-6 text-center text-text-2">{t('summary.none')}</p>}
        {talks.map((talk) => (
          <Talk key={talk.begun_at} talk={talk} onOpen={onOpen} />
        ))}
        {hasNextPage && <Button onPress={() => void fetchNextPage()}>{t('summary.more')}</Button>}
      </div>
    </ModalDialog>
  );
}

function Talk({ talk, onOpen }: { talk: ConversationSummary } & Pick<SummaryDialogProps, 'onOpen'>) {
  const t = useText();
  const place = usePlace();
  const day = formatDay(new Date(talk.begun_at), place);
  return (
    <section aria-label={day}>
      <h3 className="mb-1 flex items-baseline gap-2">
        <span className="font-semibold">{day}</span>
        <span className="text-meta text-text-3">
          {t('summary.of', { turns: talk.turns, points: talk.points.length })}
        </span>
      </h3>
      <ul className="flex flex-col gap-1">
        {talk.points.map(({ memory_id, message_id, sender_id, at, text }) => (
          <li
            key={memory_id}
            className="flex items-start gap-2 rounded-md border border-divider bg-surface px-2.5 py-1.5"
          >
            <span className="min-w-0 flex-1">
              <span className="block text-caption text-text-2">
                {sender_id !== null && `${personName(t, sender_id)} · `}
                <Moment at={at} style="time" />
              </span>
              <span lang={writtenLanguage(text)} className="wrap-anywhere block">
                {text}
              </span>
            </span>
            {message_id !== null && (
              <Button
                size="small"
                kind="quiet"
                aria-label={t('summary.openOf', { text: text.slice(0, 60) })}
                onPress={() => onOpen(message_id)}
              >
                {t('facts.open')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
