import { Check } from 'lucide-react';
import { useState } from 'react';
import { Checkbox, Form, type KeyboardEvent } from 'react-aria-components';
import type { Memory } from '../../../src-shared/schema/memory.ts';
import type { MemoryChange } from '../../api/index.ts';
import { InlineFailure } from '../../app/notice.tsx';
import { Button } from '../../components/button.tsx';
import { TextField } from '../../components/field.tsx';
import { useText } from '../../locales/index.ts';

interface EditMemoryProps {
  memory: Memory;
  /** Throws what the core refused; what was typed stays. */
  onSave(change: MemoryChange): Promise<void>;
  onClose(): void;
}

/** Escape gives up, and says nothing: nothing was changed yet. */
export function EditMemory({ memory, onSave, onClose }: EditMemoryProps) {
  const t = useText();
  const [content, setContent] = useState(memory.content);
  const [subject, setSubject] = useState(memory.subject ?? '');
  const [sensitive, setSensitive] = useState(memory.sensitive);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const change = changeOf(memory, { content: content.trim(), subject: subject.trim() || null, sensitive });

  async function save() {
    if (busy || content.trim() === '') return;
    if (Object.keys(change).length === 0) return onClose();
    setBusy(true);
    setError(null);
    try {
      await onSave(change);
      onClose();
    } catch (cause) {
      setError(() => cause);
      setBusy(false);
    }
  }

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onClose();
    else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void save();
    // What is typed is no concern of the keys of the screen; the rest is.
    else event.continuePropagation();
  };

  return (
    <Form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <TextField
        label={t('memory.content')}
        lines={8}
        value={content}
        onChange={setContent}
        onKeyDown={onKeyDown}
        maxLength={200_000}
        autoFocus
      />
      <TextField
        label={t('memory.editSubject')}
        value={subject}
        onChange={setSubject}
        onKeyDown={onKeyDown}
        maxLength={256}
        autoComplete="off"
      />
      <SensitiveBox isSelected={sensitive} onChange={setSensitive} />
      {error !== null && <InlineFailure error={error} />}
      <div className="flex justify-end gap-2">
        <Button onPress={onClose}>{t('common.cancel')}</Button>
        <Button type="submit" kind="primary" isDisabled={content.trim() === '' || busy}>
          {t('common.save')}
        </Button>
      </div>
    </Form>
  );
}

type Fields = Required<Pick<MemoryChange, 'content' | 'subject' | 'sensitive'>>;

const changeOf = (memory: Memory, fields: Fields): MemoryChange =>
  Object.fromEntries(Object.entries(fields).filter(([name, value]) => memory[name as keyof Fields] !== value));

export function SensitiveBox({ isSelected, onChange }: { isSelected: boolean; onChange(on: boolean): void }) {
  const t = useText();
  return (
    <Checkbox isSelected={isSelected} onChange={onChange} className="flex min-h-6 items-center gap-2">
      {(state) => (
        <>
          <span className="flex size-4 shrink-0 items-center justify-center rounded-sm border border-border bg-surface">
            {state.isSelected && <Check aria-hidden="true" size={12} />}
          </span>
          <span>
            {t('memory.sensitive')} <span className="text-meta text-text-3">{t('memory.sensitiveHint')}</span>
          </span>
        </>
      )}
    </Checkbox>
  );
}
