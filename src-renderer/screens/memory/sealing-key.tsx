import { useState } from 'react';
import type { KeyState } from '../../../src-shared/schema/memory-key.ts';
import { useChangeMemoryKey, useIsAdmin, useMemoryKey } from '../../api/index.ts';
import { InlineFailure } from '../../app/notice.tsx';
import { useAnnounce } from '../../components/announcer.tsx';
import { Button } from '../../components/button.tsx';
import { Moment } from '../../components/moment.tsx';
import { useText } from '../../locales/index.ts';

/** The key that sensitive memories are sealed with, and a new one for an administrator. */
export function SealingKey() {
  const t = useText();
  const isAdmin = useIsAdmin();
  const { data, error } = useMemoryKey();
  if (error && !data) return <InlineFailure error={error} />;
  if (!data) return null;
  return (
    <section aria-label={t('memory.key')}>
      <h3 className="mb-1 text-meta text-text-2">{t('memory.key')}</h3>
      <p>
        {t(data.state === 'open' ? `memory.key.${data.method ?? 'stored'}` : `memory.locked.${data.state}`)}
        {data.state === 'open' && data.since !== null && (
          <span className="text-text-2">
            {' · '}
            {t('memory.key.since')} <Moment at={data.since} />
          </span>
        )}
      </p>
      <p role="status" className="min-h-5 text-meta text-text-3">
        {data.sealing ? t('memory.key.sealing') : data.older > 0 ? t('memory.key.older', { count: data.older }) : ''}
      </p>
      {isAdmin && data.state === 'open' && <ChangeKey state={data} />}
    </section>
  );
}

/** Asks once more: it seals everything anew, and old copies of the keys folder no longer open it. */
function ChangeKey({ state }: { state: KeyState }) {
  const t = useText();
  const announce = useAnnounce();
  /** Null before it was ever asked: only a button that comes back takes the focus. */
  const [isAsking, setAsking] = useState<boolean | null>(null);
  const { mutate, isPending, error } = useChangeMemoryKey();
  const change = () =>
    mutate(undefined, {
      onSuccess() {
        setAsking(false);
        announce(t('memory.key.changed'));
      },
    });

  return (
    <div className="mt-1 flex flex-col items-start gap-2">
      {error && <InlineFailure error={error} />}
      {!isAsking && (
        <Button autoFocus={isAsking === false} size="small" isDisabled={state.sealing} onPress={() => setAsking(true)}>
          {t('memory.key.change')}
        </Button>
      )}
      {isAsking && (
        <>
          <p>{t('memory.key.ask')}</p>
          <div className="flex gap-2">
            <Button size="small" autoFocus onPress={() => setAsking(false)}>
              {t('common.cancel')}
            </Button>
            <Button size="small" kind="primary" isDisabled={isPending} onPress={change}>
              {t('memory.key.change')}
            </Button>
          </div>
        </>
      )}
    </div>
  );
}
