import { Link } from '@tanstack/react-router';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { useMemoryUses } from '../../api/index.ts';
import { InlineFailure } from '../../app/notice.tsx';
import { Button } from '../../components/button.tsx';
import { Moment } from '../../components/moment.tsx';
import { writtenLanguage } from '../../components/written-language.ts';
import { useText } from '../../locales/index.ts';

/** In how many answers a memory was quoted, and in which. */
export function UsedIn({ id, count }: { id: string; count: number }) {
  const t = useText();
  const [isOpen, setOpen] = useState(false);
  const { data, error, hasNextPage, fetchNextPage } = useMemoryUses(id, isOpen);
  if (count === 0) return <span className="text-text-2">{t('memory.usedNever')}</span>;
  const Chevron = isOpen ? ChevronDown : ChevronRight;
  return (
    <div>
      <Button
        kind="quiet"
        size="small"
        className="-ml-2 text-text! forced-colors:ml-0"
        icon={<Chevron aria-hidden="true" size={14} />}
        aria-expanded={isOpen}
        onPress={() => setOpen(!isOpen)}
      >
        {t('memory.usedIn', { count })}
      </Button>
      {isOpen && error && !data && <InlineFailure error={error} />}
      {isOpen && data && (
        <ul aria-label={t('memory.usesOf')} className="mt-1 flex flex-col gap-1">
          {data.pages
            .flatMap((page) => page.items)
            .map((use) => (
              <li key={use.message_id}>
                <Link
                  to="/chat"
                  search={{ conversation: use.conversation, message: use.message_id }}
                  className="block rounded-md border border-divider bg-surface px-2.5 py-1.5 hover:border-border"
                >
                  <span lang={writtenLanguage(use.question ?? '')} className="wrap-anywhere line-clamp-2">
                    {use.question ?? t('memory.usedNoQuestion')}
                  </span>
                  <span className="text-caption text-text-2">
                    <Moment at={use.at} />
                  </span>
                </Link>
              </li>
            ))}
        </ul>
      )}
      {isOpen && hasNextPage && (
        <Button size="small" kind="quiet" onPress={() => void fetchNextPage()}>
          {t('common.more')}
        </Button>
      )}
    </div>
  );
}
