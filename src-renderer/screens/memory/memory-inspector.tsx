import { Link } from '@tanstack/react-router';
import { ArrowUpRight, EyeOff, Pencil, Pin, RotateCcw, Trash2, X } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { ToggleButton } from 'react-aria-components';
import type { Memory, MemoryDetail } from '../../../src-shared/schema/memory.ts';
import { type MemoryChange, useMemory, useMessage } from '../../api/index.ts';
import { FailureState, Skeleton } from '../../app/notice.tsx';
import { Button, IconButton } from '../../components/button.tsx';
import { formatFull } from '../../components/format.ts';
import { provenance } from '../../components/provenance.ts';
import { ScrollArea } from '../../components/scroll-area.tsx';
import { useEscape } from '../../components/use-escape.ts';
import { usePlace } from '../../components/use-place.ts';
import { writtenLanguage } from '../../components/written-language.ts';
import { useText } from '../../locales/index.ts';
import { EditMemory } from './edit-memory.tsx';
import { EraseMemory } from './erase-memory.tsx';
import { SaidOtherwise } from './said-otherwise.tsx';
import { UsedIn } from './used-in.tsx';

/** What can be done with the memory that is shown. */
export interface InspectorActions {
  onEdit(memory: Memory, change: MemoryChange): Promise<void>;
  onMark(memory: Memory, change: Pick<MemoryChange, 'pinned' | 'never_use'>): void;
  onForget(memory: Memory): void;
  onRestore(memory: Memory): void;
  /** Shows another memory in the place of this one. */
  onOpen(id: string): void;
  /** It is not there any more. */
  onErased(id: string): void;
}

interface MemoryInspectorProps extends InspectorActions {
  id: string;
  canWrite: boolean;
  isEditing: boolean;
  setEditing(on: boolean): void;
  onClose(): void;
}

/** One memory with where it comes from: who said it, where, when, in which message, and which answers used it. */
export function MemoryInspector({ id, onClose, ...rest }: MemoryInspectorProps) {
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
        <Details memory={memory} {...rest} />
      )}
    </aside>
  );
}

function Details({
  memory,
  canWrite,
  isEditing,
  setEditing,
  ...actions
}: { memory: MemoryDetail } & Omit<MemoryInspectorProps, 'id' | 'onClose'>) {
  const t = useText();
  const wasEditing = useRef(false);
  // The field that had the focus went with the form.
  useEffect(() => {
    if (wasEditing.current && !isEditing) document.querySelector<HTMLElement>('[data-edit-memory]')?.focus();
    wasEditing.current = isEditing;
  }, [isEditing]);
  if (isEditing && canWrite && memory.forgotten_at === null)
    return (
      <div className="quiet-scroll min-h-0 flex-1 p-4">
        <EditMemory
          memory={memory}
          onSave={(change) => actions.onEdit(memory, change)}
          onClose={() => setEditing(false)}
        />
      </div>
    );
  return (
    <div className="quiet-scroll flex min-h-0 flex-1 flex-col gap-4 p-4">
      <ScrollArea label={t('memory.content')} className="max-h-72 shrink-0">
        <p
          lang={memory.locked ? undefined : writtenLanguage(memory.content)}
          className="wrap-anywhere whitespace-pre-wrap text-chat leading-relaxed"
        >
          {memory.locked ? t(`memory.locked.${memory.locked}`) : memory.content}
        </p>
      </ScrollArea>
      {memory.forgotten_at !== null && (
        <p className="rounded-md bg-warn-soft px-2 py-1.5 text-warn">{t('memory.isForgotten')}</p>
      )}
      {memory.forgotten_at === null && memory.never_use && (
        <p className="rounded-md bg-warn-soft px-2 py-1.5 text-warn">{t('memory.isUnused')}</p>
      )}
      {canWrite && <Actions memory={memory} onStartEdit={() => setEditing(true)} {...actions} />}
      <SaidOtherwise conflicts={memory.conflicts} onOpen={actions.onOpen} />
      <Facts memory={memory} />
      {canWrite && <EraseMemory memory={memory} onErased={() => actions.onErased(memory.id)} />}
    </div>
  );
}

const markLook =
  'inline-flex h-8 items-center justify-center gap-1.5 rounded-md border border-border bg-surface px-3 font-semibold text-body data-hovered:bg-sunken data-selected:border-accent data-selected:bg-accent-soft data-selected:text-accent forced-colors:data-selected:outline-2';

function Actions({
  memory,
  onStartEdit,
  onMark,
  onForget,
  onRestore,
}: { memory: Memory; onStartEdit(): void } & Pick<InspectorActions, 'onMark' | 'onForget' | 'onRestore'>) {
  const t = useText();
  if (memory.forgotten_at !== null)
    return (
      <Button
        kind="primary"
        className="self-start"
        icon={<RotateCcw aria-hidden="true" size={15} />}
        onPress={() => onRestore(memory)}
      >
        {t('memory.restore')}
      </Button>
    );
  return (
    <div>
      <div className="grid grid-cols-2 gap-2">
        <Button data-edit-memory="" icon={<Pencil aria-hidden="true" size={15} />} onPress={onStartEdit}>
          {t('memory.edit')}
        </Button>
        <ToggleButton
          isSelected={memory.pinned}
          onChange={(pinned) => onMark(memory, { pinned })}
          aria-describedby="memory-pin-hint"
          className={markLook}
        >
          <Pin aria-hidden="true" size={15} />
          {t('memory.pin')}
        </ToggleButton>
        <ToggleButton
          isSelected={memory.never_use}
          onChange={(never_use) => onMark(memory, { never_use })}
          aria-describedby="memory-never-hint"
          className={markLook}
        >
          <EyeOff aria-hidden="true" size={15} />
          {t('memory.neverUse')}
        </ToggleButton>
        <Button
          kind="danger"
          className="border-border!"
          icon={<Trash2 aria-hidden="true" size={15} />}
          aria-describedby="memory-forget-hint"
          onPress={() => onForget(memory)}
        >
          {t('memory.forget')}
        </Button>
      </div>
      <p className="mt-2 text-meta text-text-3">
        <span id="memory-pin-hint">{t('memory.pinHint')}</span>{' '}
        <span id="memory-never-hint">{t('memory.neverUseHint')}</span>{' '}
        <span id="memory-forget-hint">{t('memory.forgetHint')}</span>
      </p>
    </div>
  );
}

function Facts({ memory }: { memory: MemoryDetail }) {
  const t = useText();
  const place = usePlace();
  const { data: message } = useMessage(memory.message_id);
  const { where, who } = provenance(t, memory);
  return (
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
      {memory.forgotten_at !== null && (
        <Fact name={t('memory.forgottenAt')}>
          <time dateTime={memory.forgotten_at}>{formatFull(new Date(memory.forgotten_at), place)}</time>
        </Fact>
      )}
      {memory.subject && <Fact name={t('memory.about')}>{memory.subject}</Fact>}
      {memory.import && (
        <Fact name={t('memory.import')}>
          {memory.import.name}
          {' · '}
          <time dateTime={memory.import.at}>{formatFull(new Date(memory.import.at), place)}</time>
        </Fact>
      )}
      <Fact name={t('memory.source')}>
        {memory.message_id === null && !memory.import && t('memory.byHand')}
        {memory.message_id === null && memory.import && '–'}
        {message && (
          <Link
            to="/chat"
            search={{ conversation: `${message.channel}:${message.conversation_id}`, message: message.id }}
            data-memory-source=""
            className="inline-flex min-h-6 items-center gap-1 text-accent underline underline-offset-2"
          >
            {t('common.openConversation')}
            <ArrowUpRight aria-hidden="true" size={14} />
          </Link>
        )}
      </Fact>
      <Fact name={t('memory.used')}>
        <UsedIn id={memory.id} count={memory.used} />
      </Fact>
    </dl>
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
