import { Link } from '@tanstack/react-router';
import { Quote } from 'lucide-react';
import { useMemories } from '../../api/index.ts';
import { Moment } from '../../components/moment.tsx';
import { provenance } from '../../components/provenance.ts';
import { writtenLanguage } from '../../components/written-language.ts';
import { useText } from '../../locales/index.ts';

/** The memories that an answer quotes: whoever reads it can check it. */
export function Sources({ ids }: { ids: readonly string[] }) {
  const t = useText();
  const memories = useMemories(ids);
  if (memories.length === 0) return null;
  return (
    <section aria-label={t('sources.heading', { count: memories.length })} className="mt-2 max-w-xl">
      <h3 className="mb-1 flex items-center gap-1.5 text-meta text-text-3">
        <Quote aria-hidden="true" size={12} />
        {t('sources.heading', { count: memories.length })}
      </h3>
      <ul className="flex flex-col gap-1">
        {memories.map((memory) => (
          <li key={memory.id}>
            <Link
              to="/memory"
              search={{ id: memory.id }}
              title={t('sources.open')}
              className="block rounded-md border border-divider bg-surface px-2.5 py-1.5 hover:border-border"
            >
              <span lang={writtenLanguage(memory.content)} className="line-clamp-2 text-body">
                {memory.content}
              </span>
              <span className="text-caption text-text-2">
                {Object.values(provenance(t, memory)).filter(Boolean).join(' · ')} · <Moment at={memory.created_at} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
