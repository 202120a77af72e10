import { useState } from 'react';
import { Choice, inputLook } from '../../components/field.tsx';
import { dayOf } from '../../components/format.ts';
import { usePlace } from '../../components/use-place.ts';
import { useText } from '../../locales/index.ts';

const choices = ['any', 'today', 'week', 'month', 'custom'] as const;
type When = (typeof choices)[number];

/** How far back a named stretch begins, in days. */
const daysBack: Partial<Record<When, number>> = { today: 0, week: 6, month: 29 };

interface WhenFilterProps {
  /** Calendar days, both included. */
  from: string | undefined;
  to: string | undefined;
  onChange(range: { from: string; to: string }): void;
}

export function WhenFilter({ from, to, onChange }: WhenFilterProps) {
  const t = useText();
  const { now } = usePlace();
  const [isCustom, setCustom] = useState(false);
  const dayAgo = (days: number) => dayOf(new Date(now.getTime() - days * 86_400_000));
  const named = choices.find((choice) => !to && from !== undefined && from === begin(choice));
  const value: When = isCustom ? 'custom' : from || to ? (named ?? 'custom') : 'any';

  function begin(choice: When): string | undefined {
    const days = daysBack[choice];
    return days === undefined ? undefined : dayAgo(days);
  }

  return (
    <>
      <Choice
        hideLabel
        label={t('memory.when')}
        value={value}
        neutral="any"
        choices={choices.map((choice) => ({ value: choice, label: t(`memory.when.${choice}`) }))}
        onChange={(choice) => {
          setCustom(choice === 'custom');
          if (choice !== 'custom') onChange({ from: begin(choice) ?? '', to: '' });
        }}
        className="w-36"
      />
      {value === 'custom' && (
        <>
          <Day label={t('memory.from')} value={from} onChange={(day) => onChange({ from: day, to: to ?? '' })} />
          <Day label={t('memory.to')} value={to} onChange={(day) => onChange({ from: from ?? '', to: day })} />
        </>
      )}
    </>
  );
}

function Day({ label, value, onChange }: { label: string; value: string | undefined; onChange(value: string): void }) {
  return (
    <label className="flex items-center gap-1.5 text-meta text-text-2">
      {label}
      <input
        type="date"
        value={value ?? ''}
        onChange={(event) => onChange(event.target.value)}
        className={`${inputLook} w-36!`}
      />
    </label>
  );
}
