import { Pause, Play } from 'lucide-react';
import { useLayoutEffect, useRef } from 'react';
import { useCanWrite, usePause, useStatus } from '../api/index.ts';
import { Button } from '../components/button.tsx';
import { useText } from '../locales/index.ts';

const hour = 3600;

/** Lets messages wait, for an hour or until somebody resumes; they are still taken. */
export function PauseSettings() {
  const t = useText();
  const { data: status } = useStatus();
  const { pause, resume } = usePause();
  const canWrite = useCanWrite();
  const section = useRef<HTMLElement>(null);
  const isPressed = useRef(false);
  const isPaused = Boolean(status?.paused);
  // The button that was pressed goes; without the focus in the window Escape would not close it.
  useLayoutEffect(() => {
    if (isPressed.current) section.current?.querySelector('button')?.focus();
    isPressed.current = false;
  }, [isPaused]);
  const press = (change: () => void) => () => {
    isPressed.current = true;
    change();
  };
  if (!status || !canWrite) return null;
  return (
    <section ref={section} aria-label={t('pause.label')} className="flex flex-col gap-1.5 border-divider border-t pt-3">
      {isPaused ? (
        <Button icon={<Play aria-hidden="true" size={15} />} onPress={press(resume)}>
          {t('pause.resume')}
        </Button>
      ) : (
        <div className="flex flex-wrap gap-2">
          <Button icon={<Pause aria-hidden="true" size={15} />} onPress={press(() => pause(hour))} className="flex-1">
            {t('pause.hour')}
          </Button>
          <Button onPress={press(() => pause(null))} className="flex-1">
            {t('pause.open')}
          </Button>
        </div>
      )}
      <p className="text-meta text-text-3">{t('pause.hint')}</p>
    </section>
  );
}
