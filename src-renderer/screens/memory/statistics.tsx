import type { ReactNode } from 'react';
import { useMemoryStatistics } from '../../api/index.ts';
import { FailureState, Skeleton } from '../../app/notice.tsx';
import { ModalDialog } from '../../components/dialog.tsx';
import { formatBytes, formatNumber } from '../../components/format.ts';
import { personName, platformName } from '../../components/provenance.ts';
import { useLanguage, useText } from '../../locales/index.ts';
import { SealingKey } from './sealing-key.tsx';

interface StatisticsDialogProps {
  onPerson(name: string): void;
  onClose(): void;
}

/** How many memories there are, and of what. */
export function StatisticsDialog({ onPerson, onClose }: StatisticsDialogProps) {
  const t = useText();
  return (
    <ModalDialog isOpen title={t('memory.statistics')} onClose={onClose}>
      <div className="flex flex-col gap-5">
        <Figures onPerson={onPerson} />
        <SealingKey />
      </div>
    </ModalDialog>
  );
}

function Figures({ onPerson }: Pick<StatisticsDialogProps, 'onPerson'>) {
  const t = useText();
  const language = useLanguage();
  const { data, error, refetch } = useMemoryStatistics();
  if (!data) return error ? <FailureState error={error} onRetry={() => void refetch()} /> : <Skeleton rows={4} />;
  if (data.total + data.forgotten === 0) return <p className="py-6 text-center text-text-2">{t('memory.stat.none')}</p>;
  const counts = ['total', 'pinned', 'sensitive', 'never_use', 'forgotten'] as const;
  return (
    <div className="flex flex-col gap-5">
      <dl className="grid grid-cols-[1fr_auto] gap-x-4 gap-y-1">
        {counts.map((name) => (
          <Figure key={name} name={t(`memory.stat.${name}`)} value={formatNumber(data[name], language)} />
        ))}
        <Figure name={t('memory.stat.text')} value={formatBytes(data.text_bytes, language)} />
        <Figure name={t('memory.stat.database')} value={formatBytes(data.database_bytes, language)} />
      </dl>
      <Counts
        title={t('memory.stat.people')}
        rows={data.people}
        shownAs={(name) => personName(t, name)}
        onChoose={onPerson}
      />
      <Counts title={t('memory.stat.platforms')} rows={data.platforms} shownAs={(name) => platformName(t, name)} />
      <Counts
        title={t('memory.stat.kinds')}
        rows={data.kinds.map(({ kind, count }) => ({ name: kind, count }))}
        shownAs={(kind) => t(kind === 'note' ? 'memory.kind.note' : 'memory.kind.message')}
      />
      <Counts
        title={t('memory.stat.months')}
        rows={data.months.toReversed().map(({ month, count }) => ({ name: month, count }))}
        shownAs={(month) => monthName(month, language)}
      />
    </div>
  );
}

const monthName = (month: string, language: string): string =>
  new Intl.DateTimeFormat(language, { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(
    new Date(`${month}-15T12:00:00Z`),
  );

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div className="contents">
      <dt className="text-text-2">{name}</dt>
      <dd className="text-right">{value}</dd>
    </div>
  );
}

const mostRows = 12;

interface CountsProps {
  title: string;
  rows: readonly { name: string; count: number }[];
  shownAs(name: string): string;
  onChoose?(name: string): void;
}

/** A list whose bars say the same as its numbers. */
function Counts({ title, rows, shownAs, onChoose }: CountsProps): ReactNode {
  const t = useText();
  const language = useLanguage();
  if (rows.length === 0) return null;
  const most = Math.max(...rows.map(({ count }) => count));
  return (
    <section>
      <h3 className="mb-1 text-meta text-text-2">{title}</h3>
      <ul aria-label={title}>
        {rows.slice(0, mostRows).map(({ name, count }) => (
          <li key={name} className="flex min-h-7 items-center gap-3">
            <span className="w-2/5 min-w-0">
              {onChoose ? (
                <button
                  type="button"
                  aria-label={t('memory.stat.showPerson', { name: shownAs(name) })}
                  onClick={() => onChoose(name)}
                  className="block min-h-6 max-w-full truncate text-left text-accent underline underline-offset-2"
                >
                  {shownAs(name)}
                </button>
              ) : (
                <span className="block truncate">{shownAs(name)}</span>
              )}
            </span>
            <svg aria-hidden="true" viewBox="0 0 100 10" preserveAspectRatio="none" className="h-2.5 min-w-0 flex-1">
              <rect
                width={Math.max(1, (count / most) * 100)}
                height="10"
                rx="1"
                className="fill-accent forced-colors:fill-[CanvasText]"
              />
            </svg>
            <span className="w-14 text-right">{formatNumber(count, language)}</span>
          </li>
        ))}
      </ul>
      {rows.length > mostRows && (
        <p className="text-meta text-text-3">{t('memory.stat.more', { count: rows.length - mostRows })}</p>
      )}
    </section>
  );
}
