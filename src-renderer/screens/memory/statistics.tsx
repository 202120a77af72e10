import type { ReactNode } from 'react';
import { useMemoryStatistics } from '../../api/index.ts';
import { FailureState, Skeleton } from '../../app/notice.tsx';
import { ModalDialog } from '../../components/dialog.tsx';
import { formatBytes, formatNumber } from '../../components/format.ts';
import { useLanguage, useText } from '../../locales/index.ts';

interface StatisticsDialogProps {
  onPerson(name: string): void;
  onClose(): void;
}

/** How many memories there are, and of what. */
export function StatisticsDialog({ onPerson, onClose }: StatisticsDialogProps) {
  const t = useText();
  return (
    <ModalDialog isOpen title={t('memory.statistics')} onClose={onClose}>
      <Figures onPerson={onPerson} />
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
        rows={data.people.map(({ name, count }) => ({ name, count }))}
        onChoose={onPerson}
      />
      <Counts title={t('memory.stat.platforms')} rows={data.platforms} />
      <Counts
        title={t('memory.stat.kinds')}
        rows={data.kinds.map(({ kind, count }) => ({ name: t(`memory.kind.${kind}`), count }))}
      />
      <Counts
        title={t('memory.stat.months')}
        rows={data.months.toReversed().map(({ month, count }) => ({ name: monthName(month, language), count }))}
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
  onChoose?(name: string): void;
}

/** A table whose bars say the same as its numbers. */
function Counts({ title, rows, onChoose }: CountsProps): ReactNode {
  const t = useText();
  const language = useLanguage();
  if (rows.length === 0) return null;
  const most = Math.max(...rows.map(({ count }) => count));
  return (
    <section>
      <h3 className="mb-1 text-meta text-text-2">{title}</h3>
      <table className="w-full table-fixed">
        <tbody>
          {rows.slice(0, mostRows).map(({ name, count }) => (
            <tr key={name}>
              <th scope="row" className="w-2/5 py-0.5 pr-2 text-left font-normal">
                {onChoose ? (
                  <button
                    type="button"
                    aria-label={t('memory.stat.showPerson', { name })}
                    onClick={() => onChoose(name)}
                    className="block min-h-6 w-full truncate text-left text-accent underline underline-offset-2"
                  >
                    {name}
                  </button>
                ) : (
                  <span className="block min-h-6 truncate">{name}</span>
                )}
              </th>
              <td className="w-auto">
                <svg aria-hidden="true" viewBox="0 0 100 10" preserveAspectRatio="none" className="h-2.5 w-full">
                  <rect
                    width={Math.max(1, (count / most) * 100)}
                    height="10"
                    rx="1"
                    className="fill-accent forced-colors:fill-[CanvasText]"
                  />
                </svg>
              </td>
              <td className="w-20 text-right">{formatNumber(count, language)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > mostRows && (
        <p className="text-meta text-text-3">{t('memory.stat.more', { count: rows.length - mostRows })}</p>
      )}
    </section>
  );
}
