import type { MemoryHit } from '../../../src-shared/schema/memory.ts';
import { useText } from '../../locales/index.ts';

/** What spoke for a memory, the surest first. */
export function WhyFound({ hit }: { hit: MemoryHit }) {
  const t = useText();
  const reasons = [...hit.reasons, ...(hit.matched.includes('semantic') ? (['semantic'] as const) : [])];
  const isEnded = hit.superseded_by !== null;
  if (reasons.length === 0 && !isEnded) return null;
  return (
    <span className="flex flex-wrap items-center gap-1">
      {isEnded && (
        <span className="rounded-sm bg-warn-soft px-1 text-caption text-warn leading-4">{t('memory.isEnded')}</span>
      )}
      <span className="sr-only">{t('memory.why')}</span>
      {reasons.map((reason) => (
        <span key={reason} className="rounded-sm border border-divider px-1 text-caption leading-4">
          {t(`memory.why.${reason}`)}
        </span>
      ))}
    </span>
  );
}
