import { Download } from 'lucide-react';
import type { Diagnostics } from '../../../src-shared/schema/diagnostics.ts';
import { useIsAdmin, usePackDiagnostics } from '../../api/index.ts';
import { useReportFailure } from '../../app/toast.tsx';
import { Button } from '../../components/button.tsx';
import { ModalDialog } from '../../components/dialog.tsx';
import { formatBytes } from '../../components/format.ts';
import { saveFile } from '../../components/save-file.ts';
import { useLanguage, useText } from '../../locales/index.ts';

/** Packs a bundle, shows what is in it, and saves exactly that. Only an administrator is offered one. */
export function SaveDiagnostics() {
  const t = useText();
  const isAdmin = useIsAdmin();
  const { data: bundle, mutate: pack, reset, isPending } = usePackDiagnostics({ onFailure: useReportFailure() });
  if (!isAdmin) return null;
  return (
    <div>
      <Button
        icon={<Download aria-hidden="true" size={16} />}
        // Switched off it would lose the focus, which comes back here when the dialog closes.
        onPress={() => {
          if (!isPending) pack();
        }}
      >
        {isPending ? t('diagnostics.packing') : t('diagnostics.open')}
      </Button>
      <ModalDialog title={t('diagnostics.title')} isOpen={bundle !== undefined} onClose={reset}>
        {bundle && (
          <Contents
            bundle={bundle}
            onSave={() => {
              save(bundle);
              reset();
            }}
            onCancel={reset}
          />
        )}
      </ModalDialog>
    </div>
  );
}

interface ContentsProps {
  bundle: Diagnostics;
  onSave(): void;
  onCancel(): void;
}

function Contents({ bundle, onSave, onCancel }: ContentsProps) {
  const t = useText();
  const language = useLanguage();
  return (
    <div className="flex flex-col gap-3">
      <p className="text-text-2">{t('diagnostics.promise')}</p>
      <ul aria-label={t('diagnostics.contents')} className="card divide-y divide-divider px-3">
        {bundle.files.map(({ kind, name, bytes }) => (
          <li key={name} className="flex items-baseline gap-3 py-1.5">
            <span className="min-w-0 flex-1">
              <span className="block">{t(`diagnostics.${kind}`)}</span>
              <code className="font-mono text-meta text-text-2">{name}</code>
            </span>
            <span className="shrink-0 text-text-2">{formatBytes(bytes, language)}</span>
          </li>
        ))}
      </ul>
      <div className="flex justify-end gap-2">
        <Button onPress={onCancel}>{t('common.cancel')}</Button>
        <Button kind="primary" autoFocus onPress={onSave}>
          {t('diagnostics.save')}
        </Button>
      </div>
    </div>
  );
}

function save({ name, archive_base64 }: Diagnostics): void {
  const bytes = Uint8Array.from(atob(archive_base64), (char) => char.charCodeAt(0));
  saveFile(new Blob([bytes], { type: 'application/zip' }), name);
}
