import { useState } from 'react';
import { Form } from 'react-aria-components';
import type { Memory, MemoryInput } from '../../../src-shared/schema/memory.ts';
import { InlineFailure } from '../../app/notice.tsx';
import { Button } from '../../components/button.tsx';
import { ModalDialog } from '../../components/dialog.tsx';
import { TextField } from '../../components/field.tsx';
import { useText } from '../../locales/index.ts';
import { SensitiveBox } from './edit-memory.tsx';

interface AddMemoryProps {
  add(input: MemoryInput): Promise<Memory>;
  onAdded(memory: Memory): void;
  onClose(): void;
}

export function AddMemory({ add, onAdded, onClose }: AddMemoryProps) {
  const t = useText();
  const [content, setContent] = useState('');
  const [subject, setSubject] = useState('');
  const [sensitive, setSensitive] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  async function save() {
    setBusy(true);
    setError(null);
    try {
      onAdded(
        await add({ content: content.trim(), sensitive, ...(subject.trim() ? { subject: subject.trim() } : {}) }),
      );
    } catch (cause) {
      setError(() => cause);
      setBusy(false);
    }
  }

  return (
    <ModalDialog isOpen title={t('memory.addTitle')} onClose={onClose}>
      <Form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (content.trim() && !busy) void save();
        }}
      >
        <TextField
          label={t('memory.content')}
          lines={5}
          value={content}
          onChange={setContent}
          maxLength={200_000}
          autoFocus
        />
        <TextField
          label={t('memory.subject')}
          value={subject}
          onChange={setSubject}
          maxLength={256}
          autoComplete="off"
        />
        <SensitiveBox isSelected={sensitive} onChange={setSensitive} />
        {error !== null && <InlineFailure error={error} />}
        <div className="flex justify-end gap-2">
          <Button onPress={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" kind="primary" isDisabled={!content.trim() || busy}>
            {t('memory.saveNew')}
          </Button>
        </div>
      </Form>
    </ModalDialog>
  );
}
