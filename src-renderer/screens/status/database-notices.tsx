import { TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Status } from '../../../src-shared/schema/status.ts';
import { formatNumber } from '../../components/format.ts';
import { Moment } from '../../components/moment.tsx';
import { useLanguage, useText } from '../../locales/index.ts';

/** What about the database a person has to know, one entry for each. */
export function databaseNotices({
  damage,
  problem,
  salvage,
}: Status['database']): ('damage' | 'problem' | 'salvage')[] {
  return [
    ...(salvage ? (['salvage'] as const) : []),
    ...(damage === null ? [] : (['damage'] as const)),
    ...(problem === null ? [] : (['problem'] as const)),
  ];
}

export function DatabaseNotices({ database }: { database: Status['database'] }) {
  const t = useText();
  const notices = databaseNotices(database);
  return (
    <ul className="flex flex-col gap-2">
      {notices.map((notice) => (
        <li key={notice} className="flex items-start gap-2 rounded-md bg-warn-soft p-2.5 text-warn">
          <TriangleAlert aria-hidden="true" size={16} className="mt-0.5 shrink-0" />
          <div className="flex min-w-0 flex-col gap-1">
            {notice === 'salvage' && database.salvage && <Salvage salvage={database.salvage} />}
            {notice === 'damage' && (
              <>
                <p className="font-semibold">{t('status.damageFound')}</p>
                <p>{t('status.damageRemedy')}</p>
                <Path>{database.damage}</Path>
              </>
            )}
            {notice === 'problem' && (
              <>
                <p className="font-semibold">{t('status.copyProblem')}</p>
                <p>{t('status.copyRemedy')}</p>
                <Path>{database.problem}</Path>
              </>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}

function Salvage({ salvage }: { salvage: NonNullable<Status['database']['salvage']> }) {
  const t = useText();
  const language = useLanguage();
  const number = (value: number) => formatNumber(value, language);
  return (
    <>
      <p className="font-semibold">
        {t('status.salvaged')} <Moment at={salvage.at} />
      </p>
      <p>
        {t('status.salvageCounts', {
          saved: number(salvage.saved),
          copied: number(salvage.from_copy),
          altered: number(salvage.altered),
          missing: number(salvage.missing),
        })}
        {salvage.open_ended && ` ${t('status.salvageMore')}`}
      </p>
      <p>{t('status.salvageReport')}</p>
      <Path>{salvage.report}</Path>
      <p>{t('status.salvageRemedy')}</p>
      <Path>{salvage.aside}</Path>
    </>
  );
}

const Path = ({ children }: { children: ReactNode }) => (
  <code className="wrap-anywhere select-all font-mono text-meta">{children}</code>
);
