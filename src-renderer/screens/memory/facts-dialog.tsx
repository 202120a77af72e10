import { useState } from 'react';
import type { Fact, FactName } from '../../../src-shared/schema/fact.ts';
import { useFactChange, useFacts } from '../../api/index.ts';
import { FailureState, Skeleton } from '../../app/notice.tsx';
import { useReportFailure } from '../../app/toast.tsx';
import { useAnnounce } from '../../components/announcer.tsx';
import { Button } from '../../components/button.tsx';
import { ModalDialog } from '../../components/dialog.tsx';
import { Moment } from '../../components/moment.tsx';
import { personName } from '../../components/provenance.ts';
import { Segments } from '../../components/segments.tsx';
import { writtenLanguage } from '../../components/written-language.ts';
import { useText } from '../../locales/index.ts';
import { slotName } from './slot-name.ts';

interface FactsDialogProps {
  canWrite: boolean;
  onOpen(memoryId: string): void;
  onClose(): void;
}

/** What people said of themselves, by person, with what they said otherwise later. */
export function FactsDialog({ canWrite, onOpen, onClose }: FactsDialogProps) {
  const t = useText();
  const [which, setWhich] = useState<'all' | 'changed'>('all');
  const { data, error, refetch, hasNextPage, fetchNextPage } = useFacts(which === 'changed');
  const [forgotten, setForgotten] = useState<FactName | null>(null);
  const announce = useAnnounce();
  const { mutate } = useFactChange(useReportFailure());

  const forget = ({ person, slot, value }: Fact) => {
    const name = { person, slot, value };
    mutate(
      { ...name, change: 'forget' },
      {
        onSuccess: () => {
          setForgotten(name);
          announce(t('facts.forgotten', { value }));
        },
      },
    );
  };
  const restore = (name: FactName) =>
    mutate(
      { ...name, change: 'restore' },
      {
        onSuccess: () => {
          setForgotten(null);
          announce(t('undo.undone'));
        },
      },
    );

  const facts = data?.pages.flatMap((page) => page.items) ?? [];
  const people = [...Map.groupBy(facts, ({ person }) => person)];
  return (
    <ModalDialog isOpen title={t('facts.title')} onClose={onClose}>
      <div className="flex flex-col gap-4">
        <p className="text-text-2">{t('facts.what')}</p>
        <Segments<'all' | 'changed'>
          label={t('facts.which')}
          value={which}
          choices={[
            { value: 'all', label: t('facts.all') },
            { value: 'changed', label: t('facts.changed') },
          ]}
          onChange={setWhich}
        />
        {forgotten && (
          <p className="flex items-center gap-2">
            <span className="min-w-0 truncate">{t('facts.forgotten', { value: forgotten.value })}</span>
            <Button size="small" onPress={() => restore(forgotten)}>
              {t('common.undo')}
            </Button>
          </p>
        )}
        {!data && (error ? <FailureState error={error} onRetry={() => void refetch()} /> : <Skeleton rows={4} />)}
        {data && facts.length === 0 && (
          <p className="py-6 text-center text-text-2">{t(which === 'all' ? 'facts.none' : 'facts.noneChanged')}</p>
        )}
        {people.map(([person, theirs]) => (
          <section key={person}>
            <h3 className="mb-1 font-semibold">{personName(t, person)}</h3>
            <ul aria-label={t('facts.of', { name: personName(t, person) })} className="flex flex-col gap-1">
              {theirs.map((fact) => (
                <FactRow
                  key={`${fact.slot} ${fact.value} ${fact.negated}`}
                  fact={fact}
                  onOpen={() => onOpen(fact.memory_id)}
                  onForget={canWrite ? () => forget(fact) : null}
                />
              ))}
            </ul>
          </section>
        ))}
        {hasNextPage && <Button onPress={() => void fetchNextPage()}>{t('common.more')}</Button>}
      </div>
    </ModalDialog>
  );
}

interface FactRowProps {
  fact: Fact;
  onOpen(): void;
  onForget: (() => void) | null;
}

function FactRow({ fact, onOpen, onForget }: FactRowProps) {
  const t = useText();
  const { value, said_at, superseded_by: later } = fact;
  const said = fact.negated ? t('facts.not', { value }) : value;
  return (
    <li className="flex items-start gap-2 rounded-md border border-divider bg-surface px-2.5 py-1.5">
      <span className="min-w-0 flex-1">
        <span className="block text-caption text-text-2">{slotName(t, fact.slot)}</span>
        <span
          lang={writtenLanguage(value)}
          className={`wrap-anywhere block ${later ? 'text-text-2 line-through' : ''}`}
        >
          {said}
        </span>
        <span className="block text-caption text-text-2">
          <Moment at={said_at} />
          {later &&
            ` · ${t('facts.since', { value: later.negated ? t('facts.not', { value: later.value }) : later.value })} `}
          {later && <Moment at={later.said_at} />}
        </span>
      </span>
      <Button size="small" kind="quiet" aria-label={t('facts.openOf', { value: said })} onPress={onOpen}>
        {t('facts.open')}
      </Button>
      {onForget && (
        <Button size="small" kind="quiet" aria-label={t('facts.forgetOf', { value: said })} onPress={onForget}>
          {t('memory.forget')}
        </Button>
      )}
    </li>
  );
}
