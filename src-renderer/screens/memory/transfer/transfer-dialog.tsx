import { useIsAdmin } from '../../../api/index.ts';
import { ModalDialog } from '../../../components/dialog.tsx';
import { useText } from '../../../locales/index.ts';
import { ExportPart } from './export-part.tsx';
import { ImportPart } from './import-part.tsx';
import { PastImports } from './past-imports.tsx';

/** Takes memories and todos out, and brings them in. */
export function TransferDialog({ onClose }: { onClose(): void }) {
  const t = useText();
  const isAdmin = useIsAdmin();
  return (
    <ModalDialog isOpen title={t('transfer.title')} onClose={onClose} className="max-w-xl!">
      <div className="flex flex-col gap-5">
        <section>
          <h3 className="text-section">{t('transfer.import')}</h3>
          <p className="mb-2 text-text-2">{t('transfer.importText')}</p>
          {isAdmin ? <ImportPart /> : <p className="text-text-2">{t('transfer.adminOnly')}</p>}
        </section>
        <section className="border-divider border-t pt-4">
          <h3 className="text-section">{t('transfer.export')}</h3>
          <p className="mb-2 text-text-2">{t('transfer.exportText')}</p>
          <ExportPart />
        </section>
        <section className="border-divider border-t pt-4">
          <h3 className="mb-1 text-section">{t('transfer.past')}</h3>
          <PastImports isAdmin={isAdmin} />
        </section>
      </div>
    </ModalDialog>
  );
}
