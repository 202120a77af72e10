import { type RefObject, useState } from 'react';
import { Form } from 'react-aria-components';
import type { Task } from '../../../src-shared/schema/task.ts';
import { useReadDue } from '../../api/index.ts';
import { Button } from '../../components/button.tsx';
import { TextField } from '../../components/field.tsx';
import { dayOf, formatDue } from '../../components/format.ts';
import { usePlace } from '../../components/use-place.ts';
import { useLanguage, useText } from '../../locales/index.ts';
import { writtenDate } from './written-date.ts';

interface DueFieldProps {
  due: Task['due'];
  onChange(due: Task['due']): void;
  isDisabled: boolean;
  inputRef: RefObject<(HTMLInputElement & HTMLTextAreaElement) | null>;
}

/** A date in words ("Friday 3pm", 周五下午三点) or in figures; the usual days are one press away. */
export function DueField({ due, onChange, isDisabled, inputRef }: DueFieldProps) {
  const t = useText();
  const language = useLanguage();
  const place = usePlace();
  const read = useReadDue();
  const [text, setText] = useState('');
  const [problem, setProblem] = useState(false);

  async function set() {
    const value = text.trim();
    if (!value) return;
    const understood = writtenDate(value) ?? (await read(value, language));
    setProblem(understood === null);
    if (understood === null) return;
    onChange(understood);
    setText('');
  }

  const inDays = (days: number) => dayOf(new Date(place.now.getTime() + days * 86_400_000));
  const presets = [
    { name: t('inspector.dueToday'), due: inDays(0) },
    { name: t('inspector.dueTomorrow'), due: inDays(1) },
    { name: t('inspector.dueWeek'), due: inDays(7) },
    { name: t('inspector.dueClear'), due: null },
  ];

  return (
    <div className="flex flex-col gap-1.5">
      <Form
        onSubmit={(event) => {
          event.preventDefault();
          void set().catch(() => setProblem(true));
        }}
      >
        <TextField
          label={t('inspector.due')}
          hint={due ? formatDue(due, place) : t('inspector.dueHint')}
          problem={problem ? t('inspector.dueNotRead') : null}
          placeholder={t('inspector.duePlaceholder')}
          value={text}
          onChange={(value) => {
            setText(value);
            setProblem(false);
          }}
          isDisabled={isDisabled}
          autoComplete="off"
          inputRef={inputRef}
          after={
            <Button type="submit" isDisabled={isDisabled || !text.trim()}>
              {t('inspector.setDue')}
            </Button>
          }
        />
      </Form>
      <div className="flex flex-wrap gap-1">
        {presets.map((preset) => (
          <Button
            key={preset.name}
            size="small"
            kind="quiet"
            isDisabled={isDisabled}
            onPress={() => onChange(preset.due)}
          >
            {preset.name}
          </Button>
        ))}
      </div>
    </div>
  );
}
