import { Label, ProgressBar } from 'react-aria-components';
import type { DesktopUpdate } from '../../src-shared/schema/desktop.ts';
import { useDesktop } from '../api/index.ts';
import { Button } from '../components/button.tsx';
import { useText } from '../locales/index.ts';
import { languageOf, usePreferences } from './preferences.ts';

/** What runs, what is newer, and the one step that comes next. */
export function UpdateSettings({ update }: { update: DesktopUpdate }) {
  const t = useText();
  const language = languageOf(usePreferences());
  const { step, offered, problem } = update;
  const notes = offered?.notes[language] ?? '';
  return (
    <section aria-label={t('update.label')} className="flex flex-col gap-2 border-divider border-t pt-3">
      <p role="status" className="text-body">
        {t(`update.step.${step}`, { version: offered?.version ?? update.version })}
      </p>
      {problem && <p className="text-danger text-meta">{t(`update.problem.${problem}`)}</p>}
      {step === 'downloading' && <Progress ratio={update.progress} />}
      {notes !== '' && (
        <details className="text-meta text-text-2">
          <summary className="cursor-default rounded-sm">{t('update.notes')}</summary>
          <p className="mt-1 max-h-40 overflow-y-auto whitespace-pre-wrap break-words">{notes}</p>
        </details>
      )}
      <NextStep step={step} />
    </section>
  );
}

function NextStep({ step }: Pick<DesktopUpdate, 'step'>) {
  const t = useText();
  const { checkForUpdate, downloadUpdate, cancelUpdate, installUpdate } = useDesktop();
  switch (step) {
    case 'idle':
      return <Button onPress={checkForUpdate}>{t('update.check')}</Button>;
    case 'offered':
      return <Button onPress={downloadUpdate}>{t('update.download')}</Button>;
    case 'downloading':
      return <Button onPress={cancelUpdate}>{t('update.cancel')}</Button>;
    case 'ready':
      return (
        <>
          <Button kind="primary" onPress={installUpdate}>
            {t('update.install')}
          </Button>
          <p className="text-meta text-text-3">{t('update.installHint')}</p>
        </>
      );
    case 'checking':
    case 'installing':
      return null;
  }
}

function Progress({ ratio }: { ratio: number }) {
  const t = useText();
  return (
    <ProgressBar value={ratio * 100} className="flex flex-col gap-1">
      {({ percentage = 0, valueText }) => (
        <>
          <div className="flex justify-between text-meta text-text-2">
            <Label>{t('update.progress')}</Label>
            <span>{valueText}</span>
          </div>
          <div className="h-1.5 overflow-hidden rounded-full bg-sunken forced-colors:border">
            <div className="h-full bg-accent forced-color-adjust-none" style={{ inlineSize: `${percentage}%` }} />
          </div>
        </>
      )}
    </ProgressBar>
  );
}
