import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { useText } from '../locales/index.ts';
import { IconButton } from './button.tsx';
import { classes } from './classes.ts';

interface ModalDialogProps {
  title: string;
  isOpen: boolean;
  onClose(): void;
  children: ReactNode;
  className?: string;
}

export function ModalDialog({ title, isOpen, onClose, children, className }: ModalDialogProps) {
  const t = useText();
  return (
    <ModalOverlay
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
      isDismissable
      className="fade-in fixed inset-0 z-50 flex items-start justify-center bg-(--scrim) p-4 pt-[12vh] narrow:pt-4"
    >
      <Modal
        className={classes(
          'float flex max-h-[76vh] w-full max-w-lg flex-col narrow:max-h-[calc(100dvh-2rem)]',
          className,
        )}
      >
        <Dialog className="flex min-h-0 flex-col outline-none">
          <header className="flex items-center gap-2 px-4 pt-3 pb-1">
            <Heading slot="title" className="flex-1 text-section">
              {title}
            </Heading>
            <IconButton size="small" label={t('common.close')} onPress={onClose}>
              <X aria-hidden="true" size={16} />
            </IconButton>
          </header>
          <div className="quiet-scroll px-4 pt-2 pb-4">{children}</div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
