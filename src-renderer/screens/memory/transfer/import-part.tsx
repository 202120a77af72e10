import { FolderOpen } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { FileTrigger, ProgressBar } from 'react-aria-components';
import type { ImportJob } from '../../../../src-shared/schema/transfer.ts';
import { maxUploadBytes } from '../../../../src-shared/transfer-limits.ts';
import { useImport } from '../../../api/index.ts';
import { InlineFailure } from '../../../app/notice.tsx';
import { useAnnounce } from '../../../components/announcer.tsx';
import { Button } from '../../../components/button.tsx';
import { formatBytes, formatPercent } from '../../../components/format.ts';
import { useLanguage, useText } from '../../../locales/index.ts';
import { ImportReportView } from './import-report.tsx';

const accepted = ['.jsonl', '.json', '.csv', '.tsv', '.md', '.zip'];

/** Choose, see what would come, say yes: until then nothing is kept. */
export function ImportPart() {
  const t = useText();
  const language = useLanguage();
  const announce = useAnnounce();
  const { preview, confirm, cancel } = useImport();
  const [job, setJob] = useState<ImportJob | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const sending = useRef<AbortController | null>(null);
  const shown = useRef<ImportJob | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);

  function show(next: ImportJob | null) {
    shown.current = next;
    setJob(next);
  }

  // What waits for a yes must not lie on the disk for an hour after nobody looks at it any more.
  const latestCancel = useRef(cancel);
  useEffect(() => {
    latestCancel.current = cancel;
  });
  useEffect(
    () => () => {
      sending.current?.abort();
      const left = shown.current;
      if (left && ['receiving', 'reading', 'ready'].includes(left.phase))
        latestCancel.current(left.id).catch(() => undefined);
    },
    [],
  );

  async function begin(file: File | undefined) {
    if (!file) return;
    setError(null);
    setProblem(null);
    show(null);
    if (file.size === 0) return setProblem(t('transfer.emptyFile'));
    if (file.size > maxUploadBytes)
      return setProblem(t('transfer.tooLarge', { size: formatBytes(maxUploadBytes, language) }));
    const aborter = new AbortController();
    sending.current = aborter;
    await attempt(aborter.signal, () => preview(file, (next) => !aborter.signal.aborted && show(next), aborter.signal));
  }

  async function attempt(signal: AbortSignal | null, step: () => Promise<ImportJob>) {
    try {
      const done = await step();
      if (signal?.aborted) return;
      announce(t(`transfer.phase.${done.phase}`, { name: done.name }));
      heading.current?.focus();
    } catch (cause) {
      if (signal?.aborted) return;
      setError(() => cause);
      const left = shown.current;
      show(null);
      if (left) await cancel(left.id).catch(() => undefined);
    }
  }

  async function stop() {
    sending.current?.abort();
    const left = shown.current;
    if (!left) return;
    try {
      const { phase, report } = await cancel(left.id);
      show(left.phase === 'importing' ? { ...left, phase, report } : null);
    } catch (cause) {
      show(null);
      setError(() => cause);
    }
  }

  const isRunning = job !== null && ['receiving', 'reading', 'importing'].includes(job.phase);
  const brings = job?.report ? job.report.memories.brought + job.report.tasks.brought : 0;
  return (
    <div className="flex flex-col gap-3">
      {problem !== null && (
        <p role="alert" className="rounded-md bg-danger-soft px-2 py-1.5 text-danger text-meta">
          {problem}
        </p>
      )}
      {error !== null && <InlineFailure error={error} />}
      {job && (
        <section aria-labelledby="import-heading" className="card flex flex-col gap-2 p-3">
          <h4 id="import-heading" ref={heading} tabIndex={-1} className="wrap-anywhere font-semibold">
            {t(`transfer.phase.${job.phase}`, { name: job.name })}
          </h4>
          {isRunning && <Progress job={job} />}
          {job.report && job.phase !== 'reading' && <ImportReportView report={job.report} phase={job.phase} />}
          {job.phase === 'failed' && <p className="text-danger">{t('transfer.failedHint')}</p>}
          {job.phase === 'cancelled' && <p className="text-text-2">{t('transfer.cancelledHint')}</p>}
          <div className="flex flex-wrap gap-2 empty:hidden">
            {job.phase === 'ready' && brings > 0 && (
              <Button kind="primary" onPress={() => void attempt(null, () => confirm(job.id, show))}>
                {t('transfer.confirm', { count: brings })}
              </Button>
            )}
            {job.phase === 'ready' && brings === 0 && <p className="self-center">{t('transfer.nothingNew')}</p>}
            {job.phase === 'ready' && <Button onPress={() => void stop()}>{t('transfer.discard')}</Button>}
            {isRunning && <Button onPress={() => void stop()}>{t('transfer.stop')}</Button>}
          </div>
        </section>
      )}
      {!isRunning && job?.phase !== 'ready' && (
        <FileTrigger acceptedFileTypes={accepted} onSelect={(files) => void begin(files?.[0])}>
          <Button className="self-start" icon={<FolderOpen aria-hidden="true" size={15} />}>
            {t(job ? 'transfer.another' : 'transfer.choose')}
          </Button>
        </FileTrigger>
      )}
    </div>
  );
}

function Progress({ job }: { job: ImportJob }) {
  const t = useText();
  const language = useLanguage();
  const value = job.progress * 100;
  return (
    <ProgressBar aria-label={t('transfer.progress')} value={value} className="flex items-center gap-3">
      <svg viewBox="0 0 100 4" preserveAspectRatio="none" className="h-1.5 flex-1" aria-hidden="true">
        <rect width="100" height="4" rx="1" className="fill-sunken forced-colors:fill-[GrayText]" />
        <rect width={value} height="4" rx="1" className="fill-accent forced-colors:fill-[Highlight]" />
      </svg>
      <span className="w-12 text-right text-text-2">{formatPercent(job.progress, language)}</span>
    </ProgressBar>
  );
}
