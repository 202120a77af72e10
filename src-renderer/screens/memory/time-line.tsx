import { useEffect, useMemo, useRef } from 'react';
import { type Key, ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import { useMemoryStatistics } from '../../api/index.ts';
import { classes } from '../../components/classes.ts';
import { useLanguage, useText } from '../../locales/index.ts';
import { type Month, monthsOf } from './months.ts';

interface TimeLineProps {
  /** Calendar days, both included. */
  from: string | undefined;
  to: string | undefined;
  onChoose(days: { from: string; to: string }): void;
}

/** How many memories each month has; one of them narrows the list to it. */
export function TimeLine({ from, to, onChoose }: TimeLineProps) {
  const t = useText();
  const language = useLanguage();
  const { data } = useMemoryStatistics();
  const months = useMemo(() => monthsOf(data?.months ?? []), [data]);
  const strip = useRef<HTMLDivElement>(null);
  const shown = months.length;
  // The latest are what people come for.
  useEffect(() => {
    if (shown > 0 && strip.current) strip.current.scrollLeft = strip.current.scrollWidth;
  }, [shown]);
  if (shown < 2) return null;

  const most = Math.max(...months.map(({ count }) => count));
  const chosen = months.find((month) => month.from === from && month.to === to);
  const choose = (keys: Set<Key>) => {
    const month = months.find((each) => keys.has(each.month));
    onChoose(month ? { from: month.from, to: month.to } : { from: '', to: '' });
  };
  return (
    <div
      ref={strip}
      className="quiet-scroll shrink-0 overflow-y-hidden border-divider [@media(height<30rem)]:hidden border-t px-4 pt-2 pb-1"
    >
      <ToggleButtonGroup
        aria-label={t('memory.timeLine')}
        selectionMode="single"
        selectedKeys={chosen ? [chosen.month] : []}
        onSelectionChange={choose}
        className="flex w-max items-end gap-0.5"
      >
        {months.map((month, index) => (
          <ToggleButton
            key={month.month}
            id={month.month}
            isDisabled={month.count === 0}
            aria-label={t('memory.month', { month: nameOf(month, language, true), count: month.count })}
            className="group flex w-11 flex-col items-center gap-0.5 rounded-sm pt-1 data-hovered:bg-sunken data-selected:bg-accent-soft"
          >
            <span aria-hidden="true" className="flex h-7 w-full items-end px-1">
              <svg viewBox="0 0 10 10" preserveAspectRatio="none" className="h-full w-full">
                <Bar height={month.count === 0 ? 0 : Math.max(0.8, (month.count / most) * 10)} />
              </svg>
            </span>
            <span
              aria-hidden="true"
              className={classes(
                'whitespace-nowrap text-caption',
                month.count === 0 ? 'text-text-3' : 'text-text-2 group-data-selected:font-semibold',
              )}
            >
              {nameOf(month, language, index === 0 || month.month.endsWith('-01'))}
            </span>
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
    </div>
  );
}

const Bar = ({ height }: { height: number }) => (
  <rect x="0" y={10 - height} width="10" height={height} className="fill-accent forced-colors:fill-[CanvasText]" />
);

/** "Mar", and "Mar 24" where the year begins. */
function nameOf({ from }: Month, language: string, withYear: boolean): string {
  return new Intl.DateTimeFormat(language, {
    month: 'short',
    timeZone: 'UTC',
    ...(withYear ? { year: '2-digit' } : {}),
  }).format(new Date(`${from}T12:00:00Z`));
}
