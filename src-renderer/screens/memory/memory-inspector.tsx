import { Link } from '@tanstack/react-router';
import { ArrowUpRight, Trash2, X } from 'lucide-react';
import { type ReactNode, useRef } from 'react';
import type { Memory } from '../../../src-shared/schema/memory.ts';
import { useMemory, useMessage } from '../../api/index.ts';
import { FailureState, Skeleton } from '../../app/notice.tsx';
import { Button, IconButton } from '../../components/button.tsx';
import { formatFull } from '../../components/format.ts';
import { provenance } from '../../components/provenance.ts';
import { ScrollArea } from '../../components/scroll-area.tsx';
import { useEscape } from '../../components/use-escape.ts';
import { usePlace } from '../../components/use-place.ts';
import { writtenLanguage } from '../../components/written-language.ts';
import { useText } from '../../locales/index.ts';

interface MemoryInspectorProps {
  id: string;
  canWrite: boolean;
  onForget(memory: Memory): Promise<void>;
  onClose(): void;
}

/** One memory with where it comes from: who said it, where, when, in which message. */
export function MemoryInspector({ id, canWrite, onForget, onClose }: MemoryInspectorProps) {
  const t = useText();
  const { data: memory, error, refetch } = useMemory(id);
  const panel = useRef<HTMLElement>(null);
  const close = () => {
    onClose();
    document.querySelector<HTMLElement>('[data-row][aria-current]')?.focus();
  };

  useEscape(panel, close);

  return (
    <aside
      ref={panel}
      aria-label={t('memory.inspector')}
      className="panel-in flex w-[360px] max-w-full shrink-0 flex-col border-divider border-l bg-surface max-[62rem]:absolute max-[62rem]:inset-y-0 max-[62rem]:right-0 max-[62rem]:z-10 max-[62rem]:shadow-float narrow:w-full"
    >
      <header className="flex h-11 shrink-0 items-center gap-2 border-divider border-b pr-2 pl-4">
        <h2 className="flex-1 text-body">{t('memory.inspector')}</h2>
        <IconButton size="small" label={t('common.close')} keys="Esc" onPress={close}>
          <X aria-hidden="true" size={16} />
        </IconButton>
      </header>
      {error && memory === undefined ? (
        <FailureState error={error} onRetry={() => void refetch()} />
      ) : memory === undefined ? (
        <Skeleton rows={3} />
      ) : memory === null ? (
        <p className="p-4 text-text-2">{t('memory.gone')}</p>
      ) : (
        <Details memory={memory} canWrite={canWrite} onForget={onForget} />
      )}
    </aside>
  );
}

function Details({
  memory,
  canWrite,
  onForget,
}: { memory: Memory } & Pick<MemoryInspectorProps, 'canWrite' | 'onForget'>) {
  const t = useText();
  const place = usePlace();
  const { data: message } = useMessage(memory.message_id);
  const { where, who } = provenance(t, memory);
  return (
    <div className="quiet-scroll flex min-h-0 flex-1 flex-col gap-4 p-4">
      <ScrollArea label={t('memory.inspector')} className="max-h-72 shrink-0">
        <p
          lang={memory.locked ? undefined : writtenLanguage(memory.content)}
          className="wrap-anywhere whitespace-pre-wrap text-chat leading-relaxed"
        >
          {memory.locked ? t(`memory.locked.${memory.locked}`) : memory.content}
        </p>
      </ScrollArea>
      <dl className="grid grid-cols-[auto_1fr] items-baseline gap-x-4 gap-y-1.5">
        <Fact name={t('memory.kind')}>
          {t(`memory.kind.${memory.kind}`)}
          {memory.sensitive && ` · ${t('memory.sensitive')}`}
        </Fact>
        {who && <Fact name={t('memory.who')}>{who}</Fact>}
        {where && <Fact name={t('memory.where')}>{where}</Fact>}
        <Fact name={t('memory.when')}>
          <time dateTime={memory.created_at}>{formatFull(new Date(memory.created_at), place)}</time>
        </Fact>
        {memory.subject && <Fact name={t('memory.about')}>{memory.subject}</Fact>}
        <Fact name={t('memory.source')}>
          {memory.message_id === null && t('memory.byHand')}
          {message && (
            <Link
              to="/chat"
              search={{ conversation: `${message.channel}:${message.conversation_id}`, message: message.id }}
              className="inline-flex min-h-6 items-center gap-1 text-accent underline underline-offset-2"
            >
              {t('common.openConversation')}
              <ArrowUpRight aria-hidden="true" size={14} />
            </Link>
          )}
        </Fact>
      </dl>
      {canWrite && (
        <div className="border-divider border-t pt-3">
          <Button
            kind="danger"
            className="-ml-3 forced-colors:ml-0"
            icon={<Trash2 aria-hidden="true" size={15} />}
            onPress={() => void onForget(memory)}
          >
            {t('memory.forget')}
          </Button>
          <p className="text-meta text-text-3">{t('memory.forgetHint')}</p>
        </div>
      )}
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="contents">
      <dt className="text-text-2">{name}</dt>
      <dd className="wrap-anywhere min-w-0">{children}</dd>
    </div>
  );
}
