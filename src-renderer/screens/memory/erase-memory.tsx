import { useState } from 'react';
import type { Memory } from '../../../src-shared/schema/memory.ts';
import { useEraseMemory } from '../../api/index.ts';
import { InlineFailure } from '../../app/notice.tsx';
import { useAnnounce } from '../../components/announcer.tsx';
import { Button } from '../../components/button.tsx';
import { useText } from '../../locales/index.ts';

/** Erases one memory for good, which asks once more, because nothing brings it back. */
export function EraseMemory({ memory, onErased }: { memory: Memory; onErased(): void }) {
  const t = useText();
  const announce = useAnnounce();
  /** Null before it was ever asked: only a button that comes back takes the focus. */
  const [isAsking, setAsking] = useState<boolean | null>(null);
  const { mutateAsync, isPending, error } = useEraseMemory();
  async function erase() {
    try {
      await mutateAsync(memory.id);
    } catch {
      // It stands below, as `error`.
      return;
    }
    announce(t('erase.memoryGone'));
    onErased();
  }

  if (!isAsking)
    return (
      <Button autoFocus={isAsking === false} kind="danger" className="self-start" onPress={() => setAsking(true)}>
        {t('erase.memory')}
      </Button>
    );
  return (
    <div
      role="group"
      aria-label={t('erase.memory')}
      className="flex flex-col gap-2 rounded-md border border-danger p-3"
    >
      <p>{t(memory.message_id === null ? 'erase.askMemory' : 'erase.askMessage')}</p>
      {error && <InlineFailure error={error} />}
      <div className="flex flex-wrap gap-2">
        <Button autoFocus onPress={() => setAsking(false)}>
          {t('erase.keep')}
        </Button>
        <Button kind="danger" className="border-danger!" isDisabled={isPending} onPress={() => void erase()}>
          {t('erase.do')}
        </Button>
      </div>
    </div>
  );
}
