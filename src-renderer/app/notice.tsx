import type { ReactNode } from 'react';
import { failureCode } from '../api/index.ts';
import { Button } from '../components/button.tsx';
import { classes } from '../components/classes.ts';
import { useText } from '../locales/index.ts';

/** An empty state: what will appear, why it is empty now, and the next step. */
export function EmptyState({
  title,
  text,
  children,
  icon,
}: {
  title: string;
  text: string;
  children?: ReactNode;
  icon?: ReactNode;
}) {
  return (
    <div className="my-auto flex flex-col items-center justify-center gap-2 px-6 py-12 text-center">
      {icon && <div className="mb-1 text-text-3">{icon}</div>}
      <h2 className="text-section">{title}</h2>
      <p className="max-w-[44ch] text-balance text-body text-text-2">{text}</p>
      {children && <div className="mt-3 flex flex-wrap justify-center gap-2">{children}</div>}
    </div>
  );
}

/** What happened, what was kept, and a button. */
export function FailureState({ error, onRetry }: { error: unknown; onRetry(): void }) {
  const t = useText();
  return (
    <div role="alert" className="my-auto flex flex-col items-center justify-center gap-2 px-6 py-12 text-center">
      <h2 className="text-section">{t('errors.loadTitle')}</h2>
      <p className="max-w-[52ch] text-body text-text-2">{t(`errors.${failureCode(error)}`)}</p>
      <Button className="mt-2" onPress={onRetry}>
        {t('common.retry')}
      </Button>
    </div>
  );
}

export function InlineFailure({ error, className }: { error: unknown; className?: string }) {
  const t = useText();
  return (
    <p role="alert" className={classes('rounded-md bg-danger-soft px-2 py-1.5 text-danger text-meta', className)}>
      {t(`errors.${failureCode(error)}`)}
    </p>
  );
}

/** Grey shapes of what is coming, in its place, so that nothing jumps when it is there. */
export function Skeleton({ rows, className }: { rows: number; className?: string }) {
  const t = useText();
  return (
    <div role="status" aria-label={t('common.loading')} className={classes('flex flex-col gap-2 p-3', className)}>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} aria-hidden="true" className="breathing flex flex-col gap-1.5 rounded-lg bg-sunken p-3">
          <div className={classes('h-3 rounded-sm bg-divider', row % 3 === 1 ? 'w-2/3' : 'w-1/2')} />
          <div className={classes('h-3 rounded-sm bg-divider', row % 2 === 0 ? 'w-5/6' : 'w-3/4')} />
        </div>
      ))}
    </div>
  );
}
