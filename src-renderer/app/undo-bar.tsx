import { Undo2, X } from 'lucide-react';
import { type Done, useUndoHistory } from '../api/index.ts';
import { Button, IconButton } from '../components/button.tsx';
import { type Text, useText } from '../locales/index.ts';

export function doneSentence(t: Text, done: Done): string {
  const title = done.title.length > 60 ? `${done.title.slice(0, 59)}…` : done.title;
  return done.type === 'moved'
    ? t('undo.moved', { title, column: t(`board.column.${done.to}`) })
    : t(`undo.${done.type}`, { title });
}

/** What was done last, with the way back. It stays until the next step: nobody has to be quick. */
export function UndoBar({ onUndo }: { onUndo(): void }) {
  const t = useText();
  const { latest, undo } = useUndoHistory();
  if (!latest) return null;
  return (
    <div role="group" aria-label={t('common.undo')} className="fade-in flex min-w-0 items-center gap-2">
      <span className="min-w-0 truncate text-text-2">{doneSentence(t, latest.done)}</span>
      <Button size="small" icon={<Undo2 aria-hidden="true" size={14} />} onPress={onUndo}>
        {t('common.undo')}
        <kbd className="font-normal font-sans text-text-3 narrow:hidden">Z</kbd>
      </Button>
      <IconButton size="small" label={t('common.dismissNotice')} onPress={() => undo.dismiss()}>
        <X aria-hidden="true" size={14} />
      </IconButton>
    </div>
  );
}
