import { SlidersHorizontal } from 'lucide-react';
import { useState } from 'react';
import { useMemoryStatistics } from '../../api/index.ts';
import { Button } from '../../components/button.tsx';
import { classes } from '../../components/classes.ts';
import { Choice } from '../../components/field.tsx';
import { personName, platformName } from '../../components/provenance.ts';
import { useText } from '../../locales/index.ts';
import { filtersSet, kinds, type MemorySearch, marks, noFilters } from './look.ts';
import { WhenFilter } from './when-filter.tsx';

const any = '*';

interface FilterBarProps {
  search: MemorySearch;
  canWrite: boolean;
  onChange(change: Partial<MemorySearch>): void;
}

/** What is looked through. In a narrow window the filters stand behind a button. */
export function FilterBar({ search, canWrite, onChange }: FilterBarProps) {
  const t = useText();
  const [isOpen, setOpen] = useState(false);
  const { data } = useMemoryStatistics();
  const count = filtersSet(search);

  return (
    <div className="flex flex-wrap items-center gap-2 px-4 pb-2">
      <Button
        icon={<SlidersHorizontal aria-hidden="true" size={15} />}
        aria-expanded={isOpen}
        className="hidden! narrow:inline-flex!"
        onPress={() => setOpen(!isOpen)}
      >
        {count > 0 ? t('memory.filtersOn', { count }) : t('memory.filters')}
      </Button>
      <div
        role="group"
        aria-label={t('memory.filters')}
        className={classes('flex flex-wrap gap-2 narrow:w-full', !isOpen && 'narrow:hidden')}
      >
        <WhenFilter from={search.from} to={search.to} onChange={onChange} />
        <Names
          label={t('memory.person')}
          anyLabel={t('memory.person.any')}
          value={search.person}
          names={data?.people ?? []}
          shownAs={(name) => personName(t, name)}
          onChange={(person) => onChange({ person })}
        />
        <Names
          label={t('memory.platform')}
          anyLabel={t('memory.platform.any')}
          value={search.platform}
          names={data?.platforms ?? []}
          shownAs={(name) => platformName(t, name)}
          onChange={(platform) => onChange({ platform })}
        />
        <Choice
          hideLabel
          label={t('memory.kind')}
          value={kinds.find((kind) => kind === search.kind) ?? any}
          neutral={any}
          choices={[
            { value: any, label: t('memory.kind.any') },
            ...kinds.map((kind) => ({ value: kind, label: t(`memory.kind.${kind}`) })),
          ]}
          onChange={(kind) => onChange({ kind: kind === any ? '' : kind })}
          className="w-32"
        />
        <Choice
          hideLabel
          label={t('memory.mark')}
          value={marks.find((mark) => mark === search.mark) ?? any}
          neutral={any}
          choices={[
            { value: any, label: t('memory.mark.any') },
            ...marks.map((mark) => ({ value: mark, label: t(`memory.mark.${mark}`) })),
          ]}
          onChange={(mark) => onChange({ mark: mark === any ? '' : mark })}
          className="w-44"
        />
      </div>
      {count > 0 && (
        <Button kind="quiet" onPress={() => onChange(noFilters)}>
          {t('memory.clear')}
        </Button>
      )}
      {canWrite && search.person !== undefined && (
        <Button kind="danger" onPress={() => onChange({ panel: 'erase' })}>
          {t('erase.open')}
        </Button>
      )}
    </div>
  );
}

interface NamesProps {
  label: string;
  anyLabel: string;
  value: string | undefined;
  names: readonly { name: string }[];
  shownAs(name: string): string;
  onChange(value: string): void;
}

/** A name of people or platforms. One from the address stays a choice also where nothing has it. */
function Names({ label, anyLabel, value, names, shownAs, onChange }: NamesProps) {
  const known = names.map(({ name }) => name);
  const shown = value === undefined || known.includes(value) ? known : [value, ...known];
  // Names are anything, and the choice "any" is none of them.
  return (
    <Choice
      hideLabel
      label={label}
      value={value === undefined ? any : `=${value}`}
      neutral={any}
      choices={[{ value: any, label: anyLabel }, ...shown.map((name) => ({ value: `=${name}`, label: shownAs(name) }))]}
      onChange={(choice) => onChange(choice === any ? '' : choice.slice(1))}
      className="w-36"
    />
  );
}
