import type { ImportPhase, ImportReport, Refusal } from '../../../../src-shared/schema/transfer.ts';
import { formatNumber } from '../../../components/format.ts';
import { writtenLanguage } from '../../../components/written-language.ts';
import { type Text, useLanguage, useText } from '../../../locales/index.ts';

/** What an import comes to, or would. */
export function ImportReportView({ report, phase }: { report: ImportReport; phase: ImportPhase }) {
  const t = useText();
  const language = useLanguage();
  const kinds = (['memories', 'tasks'] as const).filter((kind) => {
    const { brought, known, forgotten } = report[kind];
    return kind === 'memories' || brought + known + forgotten > 0;
  });
  const number = (value: number) => formatNumber(value, language);
  return (
    <>
      {report.source && <p className="text-text-2">{t(`transfer.source.${report.source}`)}</p>}
      {report.fault && <p className="text-danger">{t(`transfer.fault.${report.fault}`)}</p>}
      {report.source && (
        <table className="w-full">
          <thead>
            <tr className="text-left text-meta text-text-2">
              <th scope="col" className="text-left align-bottom font-normal">
                {t('memory.kind')}
              </th>
              <Head>{t('transfer.new')}</Head>
              <Head>{t('transfer.known')}</Head>
              <Head>{t('transfer.stay')}</Head>
            </tr>
          </thead>
          <tbody>
            {kinds.map((kind) => (
              <tr key={kind}>
                <th scope="row" className="py-0.5 text-left font-normal">
                  {t(`transfer.${kind}`)}
                </th>
                <td className="text-right font-semibold">{number(report[kind].brought)}</td>
                <td className="text-right">{number(report[kind].known)}</td>
                <td className="text-right">{number(report[kind].forgotten)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {phase === 'ready' && report.first.length > 0 && (
        <div>
          <h5 className="text-meta text-text-2">{t('transfer.first')}</h5>
          <ul className="flex list-disc flex-col pl-4">
            {report.first.map(({ text }, index) => (
              <li key={index} lang={writtenLanguage(text)} className="wrap-anywhere">
                {text}
              </li>
            ))}
          </ul>
        </div>
      )}
      {report.refused > 0 && (
        <details className="text-text-2">
          <summary className="min-h-6">{t('transfer.refused', { count: report.refused })}</summary>
          <ul className="flex list-disc flex-col pl-4">
            {report.refusals.map((refusal) => (
              <li key={`${refusal.file} ${refusal.line} ${refusal.reason}`} className="wrap-anywhere">
                {sentenceOf(t, refusal)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function sentenceOf(t: Text, { reason, line, file, field }: Refusal): string {
  const what = t(`transfer.reason.${reason}`);
  const named = field === null ? what : t('transfer.refusalField', { reason: what, field });
  return file === null
    ? t('transfer.refusal', { line, reason: named })
    : t('transfer.refusalIn', { file, line, reason: named });
}

const Head = ({ children }: { children: string }) => (
  <th scope="col" className="pl-2 text-right align-bottom font-normal">
    {children}
  </th>
);
