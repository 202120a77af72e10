import { TriangleAlert, X } from 'lucide-react';
import { createContext, type ReactNode, use, useCallback, useMemo, useState } from 'react';
import { failureCode } from '../api/index.ts';
import { IconButton } from '../components/button.tsx';
import { useText } from '../locales/index.ts';

type Report = (error: unknown) => void;

const ReportContext = createContext<Report>(() => undefined);

/** Tells the reader that something they asked for did not happen, in words. */
export const useReportFailure = (): Report => use(ReportContext);

/** Shows the last failure until it is dismissed or replaced: nobody has to read against a clock. */
export function FailureNotices({ children }: { children: ReactNode }) {
  const t = useText();
  const [error, setError] = useState<unknown>(null);
  const report = useCallback((value: unknown) => setError(() => value), []);
  const notice = useMemo(() => error !== null && t(`errors.${failureCode(error)}`), [error, t]);
  return (
    <ReportContext value={report}>
      {children}
      <div role="alert" className="pointer-events-none fixed inset-x-0 bottom-12 z-40 flex justify-center px-4">
        {notice && (
          <div className="float fade-in pointer-events-auto flex max-w-xl items-start gap-3 p-3">
            <TriangleAlert aria-hidden="true" size={18} className="mt-0.5 shrink-0 text-danger" />
            <div>
              <p className="font-semibold">{t('errors.title')}</p>
              <p className="text-text-2">{notice}</p>
            </div>
            <IconButton size="small" label={t('common.dismissNotice')} onPress={() => setError(null)}>
              <X aria-hidden="true" size={14} />
            </IconButton>
          </div>
        )}
      </div>
    </ReportContext>
  );
}
