import { Check } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Checkbox, Form } from 'react-aria-components';
import type { ExtractedTodo } from '../../../src-shared/schema/extraction.ts';
import type { Task, TaskInput } from '../../../src-shared/schema/task.ts';
import { dueOf, failureCode, type TaskActions, useReadTodo } from '../../api/index.ts';
import { InlineFailure } from '../../app/notice.tsx';
import { Button } from '../../components/button.tsx';
import { ModalDialog } from '../../components/dialog.tsx';
import { TextField } from '../../components/field.tsx';
import { formatDue } from '../../components/format.ts';
import { usePlace } from '../../components/use-place.ts';
import { useLanguage, useText } from '../../locales/index.ts';

interface QuickAddProps {
  initial: string;
  create: TaskActions['create'];
  onAdded(task: Task): void;
  onClose(): void;
}

const quietMs = 250;

/** One line in plain words; what was understood of it is shown before it is added. */
export function QuickAdd({ initial, create, onAdded, onClose }: QuickAddProps) {
  const t = useText();
  const place = usePlace();
  const [text, setText] = useState(initial);
  const [asTyped, setAsTyped] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const { reading, readNow } = useReading(text);
  const input = inputOf(text, asTyped ? null : reading);

  async function add() {
    setBusy(true);
    setError(null);
    try {
      const understood = asTyped ? null : await readNow(text);
      onAdded(await create(inputOf(text, understood)));
      onClose();
    } catch (cause) {
      setError(() => cause);
      setBusy(false);
    }
  }

  return (
    <ModalDialog isOpen title={t('quickAdd.title')} onClose={onClose}>
      <Form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim() && !busy) void add();
        }}
      >
        <TextField
          label={t('quickAdd.field')}
          hint={t('quickAdd.hint')}
          placeholder={t('quickAdd.placeholder')}
          value={text}
          onChange={setText}
          maxLength={500}
          autoComplete="off"
          autoFocus
        />
        <div aria-live="polite" className="min-h-12 rounded-md bg-sunken px-3 py-2">
          <p className="text-caption text-text-3">{t('quickAdd.reads')}</p>
          <p className="wrap-anywhere">
            <strong>{input.title || '…'}</strong>{' '}
            <span className="text-text-2">
              {input.due ? t('card.due', { when: formatDue(input.due, place) }) : t('quickAdd.noDate')}
            </span>
          </p>
        </div>
        {error !== null && <InlineFailure error={error} />}
        <div className="flex flex-wrap items-center justify-between gap-2">
          <Checkbox
            isSelected={asTyped}
            onChange={setAsTyped}
            className="flex min-h-6 items-center gap-2 text-meta text-text-2"
          >
            {({ isSelected }) => (
              <>
                <span className="flex size-4 items-center justify-center rounded-sm border border-border bg-surface">
                  {isSelected && <Check aria-hidden="true" size={12} />}
                </span>
                {t('quickAdd.asTyped')}
              </>
            )}
          </Checkbox>
          <Button type="submit" kind="primary" isDisabled={!text.trim() || busy}>
            {t('quickAdd.add')}
          </Button>
        </div>
      </Form>
    </ModalDialog>
  );
}

function inputOf(text: string, read: ExtractedTodo | null): TaskInput {
  if (!read?.title) return { title: text.trim(), status: 'todo' };
  const [assignee] = read.assignees;
  return {
    title: read.title,
    status: 'todo',
    due: dueOf(read),
    ...(read.rrule ? { rrule: read.rrule } : {}),
    ...(assignee ? { assignee } : {}),
    ...(read.priority ? { priority: read.priority } : {}),
  };
}

/** What the core understands of a line, a moment after the typing pauses. */
function useReading(text: string) {
  const language = useLanguage();
  const read = useReadTodo();
  const latest = useRef(read);
  const [known, setKnown] = useState<{ text: string; reading: ExtractedTodo | null }>({ text: '', reading: null });
  useEffect(() => {
    latest.current = read;
  });

  /** The words themselves are what matters: a date that could not be read must not stand in their way. */
  async function readNow(line: string): Promise<ExtractedTodo | null> {
    if (known.text === line) return known.reading;
    try {
      return await read(line, language);
    } catch (error) {
      console.warn('the line could not be read', failureCode(error));
      return null;
    }
  }

  useEffect(() => {
    if (!text.trim()) return;
    const controller = new AbortController();
    const timer = setTimeout(() => {
      latest.current(text, language, controller.signal).then(
        (reading) => setKnown({ text, reading }),
        (error: unknown) => {
          if (!controller.signal.aborted) console.warn('the line could not be read', failureCode(error));
        },
      );
    }, quietMs);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [text, language]);

  return { reading: text.trim() ? known.reading : null, readNow };
}
