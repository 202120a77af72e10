import type { MemoryConflict } from '../../../src-shared/schema/memory.ts';
import { Moment } from '../../components/moment.tsx';
import { writtenLanguage } from '../../components/written-language.ts';
import { useText } from '../../locales/index.ts';
import { slotName } from './slot-name.ts';

interface SaidOtherwiseProps {
  conflicts: readonly MemoryConflict[];
  onOpen(memoryId: string): void;
}

/** What the same person said later instead, or had said before. Both stay; the later one counts. */
export function SaidOtherwise({ conflicts, onOpen }: SaidOtherwiseProps) {
  const t = useText();
  if (conflicts.length === 0) return null;
  return (
    <section aria-label={t('memory.otherwise')}>
      <h3 className="mb-1 text-meta text-text-2">{t('memory.otherwise')}</h3>
      <ul className="flex flex-col gap-1">
        {conflicts.map(({ slot, value, other, is_later: isLater }) => (
          <li key={`${slot} ${value} ${other.memory_id} ${other.value}`}>
            <button
              type="button"
              onClick={() => onOpen(other.memory_id)}
              className="block w-full rounded-md border border-divider bg-surface px-2.5 py-1.5 text-left hover:border-border"
            >
              <span className="block text-caption text-text-2">
                {t(isLater ? 'memory.otherwise.later' : 'memory.otherwise.before', { what: slotName(t, slot) })}
                {' · '}
                <Moment at={other.said_at} />
              </span>
              <span lang={writtenLanguage(other.value)} className="wrap-anywhere block">
                {other.negated ? t('facts.not', { value: other.value }) : other.value}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
