import { RotateCcw, Undo2 } from 'lucide-react';
import { useState } from 'react';
import type { PastImport } from '../../../../src-shared/schema/transfer.ts';
import { useImportActions, usePastImports } from '../../../api/index.ts';
import { InlineFailure, Skeleton } from '../../../app/notice.tsx';
import { useAnnounce } from '../../../components/announcer.tsx';
import { Button } from '../../../components/button.tsx';
import { Moment } from '../../../components/moment.tsx';
import { useText } from '../../../locales/index.ts';

/** Imports that brought something: each can be taken back as a whole, and brought back. */
export function PastImports({ isAdmin }: { isAdmin: boolean }) {
  const t = useText();
  const { data, error, hasNextPage, fetchNextPage } = usePastImports();
  if (error && !data) return <InlineFailure error={error} />;
  if (!data) return <Skeleton rows={1} />;
  const imports = data.pages.flatMap((page) => page.items);
  if (imports.length === 0) return <p className="text-text-2">{t('transfer.pastNone')}</p>;
  return (
    <>
      <ul aria-label={t('transfer.past')} className="card divide-y divide-divider">
        {imports.map((past) => (
          <PastRow key={past.id} past={past} isAdmin={isAdmin} />
        ))}
      </ul>
      {hasNextPage && (
        <Button className="mt-2" size="small" onPress={() => void fetchNextPage()}>
          {t('common.more')}
        </Button>
      )}
    </>
  );
}

function PastRow({ past, isAdmin }: { past: PastImport; isAdmin: boolean }) {
  const t = useText();
  const announce = useAnnounce();
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const { toggle } = useImportActions({ onFailure: (cause) => setError(() => cause) });
  const isUndone = past.undone_at !== null;
  const { name } = past;

  async function act() {
    if (busy) return;
    setBusy(true);
    setError(null);
    if (await toggle(past)) announce(t(isUndone ? 'transfer.restored' : 'transfer.undone', { name }));
    setBusy(false);
  }

  const Icon = isUndone ? RotateCcw : Undo2;
  return (
    <li className="flex flex-wrap items-center gap-2 px-3 py-2">
      <span className="min-w-0 flex-1 basis-40">
        <span className="wrap-anywhere block">{name}</span>
        <span className="text-meta text-text-2">
          {t('transfer.pastItem', { memories: past.memories, tasks: past.tasks })}
          {' · '}
          <Moment at={past.at} />
          {isUndone && ` · ${t('transfer.pastUndone')}`}
        </span>
      </span>
      {isAdmin && (
        <Button
          size="small"
          icon={<Icon aria-hidden="true" size={14} />}
          aria-label={t(isUndone ? 'transfer.restoreNamed' : 'transfer.undoNamed', { name })}
          onPress={() => void act()}
        >
          {t(isUndone ? 'transfer.restore' : 'transfer.undo')}
        </Button>
      )}
      {error !== null && <InlineFailure error={error} className="basis-full" />}
    </li>
  );
}
