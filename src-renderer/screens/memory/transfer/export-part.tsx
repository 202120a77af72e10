import { Check, Download } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Checkbox } from 'react-aria-components';
import type { ExportFormat } from '../../../../src-shared/schema/transfer.ts';
import { useExport } from '../../../api/index.ts';
import { InlineFailure } from '../../../app/notice.tsx';
import { useAnnounce } from '../../../components/announcer.tsx';
import { Button } from '../../../components/button.tsx';
import { Choice } from '../../../components/field.tsx';
import { dayOf } from '../../../components/format.ts';
import { saveFile } from '../../../components/save-file.ts';
import { useText } from '../../../locales/index.ts';

const formats: readonly ExportFormat[] = ['jsonl', 'csv', 'md'];

export function ExportPart() {
  const t = useText();
  const announce = useAnnounce();
  const take = useExport();
  const [format, setFormat] = useState<ExportFormat>('jsonl');
  const [forgotten, setForgotten] = useState(false);
  const [soFar, setSoFar] = useState<number | null>(null);
  const [outcome, setOutcome] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);

  async function run() {
    if (soFar !== null) return;
    const aborter = new AbortController();
    stop.current = aborter;
    setError(null);
    setOutcome(null);
    setSoFar(0);
    try {
      const { file, memories, tasks } = await take({ format, forgotten }, setSoFar, aborter.signal);
      saveFile(file, `clawdbot-${dayOf(new Date())}.${format}`);
      const sentence = t('transfer.saved', { memories, tasks });
      setOutcome(sentence);
      announce(sentence);
    } catch (cause) {
      if (!aborter.signal.aborted) setError(() => cause);
    } finally {
      setSoFar(null);
    }
  }

  return (
    <div className="flex flex-col gap-3">
      <Choice<ExportFormat>
        label={t('transfer.format')}
        value={format}
        choices={formats.map((value) => ({ value, label: t(`transfer.format.${value}`) }))}
        onChange={setFormat}
      />
      {format !== 'md' && (
        <Checkbox isSelected={forgotten} onChange={setForgotten} className="flex min-h-6 items-center gap-2">
          {({ isSelected }) => (
            <>
              <span className="flex size-4 shrink-0 items-center justify-center rounded-sm border border-border bg-surface">
                {isSelected && <Check aria-hidden="true" size={12} />}
              </span>
              {t('transfer.forgotten')}
            </>
          )}
        </Checkbox>
      )}
      {error !== null && <InlineFailure error={error} />}
      <div className="flex flex-wrap items-center gap-3">
        <Button icon={<Download aria-hidden="true" size={15} />} onPress={() => void run()}>
          {t('transfer.save')}
        </Button>
        {soFar !== null && (
          <>
            <span className="text-text-2">{t('transfer.saving', { count: soFar })}</span>
            <Button size="small" onPress={() => stop.current?.abort()}>
              {t('transfer.stop')}
            </Button>
          </>
        )}
        {outcome !== null && <span className="text-ok">{outcome}</span>}
      </div>
    </div>
  );
}
