import { ModalDialog } from '../components/dialog.tsx';
import { isApple } from '../components/keyboard.ts';
import { type TextKey, useText } from '../locales/index.ts';

const mod = isApple ? '⌘' : 'Ctrl';

const groups: readonly { title: TextKey; keys: readonly (readonly [string, TextKey])[] }[] = [
  {
    title: 'help.everywhere',
    keys: [
      [`${mod} K`, 'help.palette'],
      ['?', 'help.this'],
    ],
  },
  {
    title: 'help.chat',
    keys: [
      ['Enter', 'help.send'],
      ['Shift Enter', 'help.newline'],
      ['Enter', 'help.offer'],
      ['↑', 'help.toOffer'],
    ],
  },
  {
    title: 'help.board',
    keys: [
      ['↑ ↓ ← →', 'help.move'],
      ['Enter', 'help.enter'],
      ['Backspace', 'help.dismiss'],
      ['Space', 'help.lift'],
      [`${mod} Shift ← →`, 'help.column'],
      [`${mod} Shift ↑ ↓`, 'help.order'],
      ['M', 'help.menu'],
      ['N', 'help.new'],
      ['E', 'help.edit'],
      ['T', 'help.done'],
      ['D', 'help.due'],
      ['P', 'help.priority'],
      ['L', 'help.labels'],
      ['U', 'help.source'],
      ['#', 'help.delete'],
      ['/', 'help.filter'],
      [`Z · ${mod} Z`, 'help.undo'],
    ],
  },
  {
    title: 'help.memory',
    keys: [
      ['↑ ↓', 'help.rows'],
      ['Enter', 'help.openMemory'],
      ['/', 'help.search'],
      ['N', 'help.addMemory'],
      ['E', 'help.edit'],
      ['P', 'help.pin'],
      ['X', 'help.neverUse'],
      ['#', 'help.forget'],
      ['U', 'help.source'],
      [`Z · ${mod} Z`, 'help.undo'],
    ],
  },
];

export function ShortcutsHelp({ onClose }: { onClose(): void }) {
  const t = useText();
  return (
    <ModalDialog isOpen onClose={onClose} title={t('help.title')}>
      {groups.map((group) => (
        <section key={group.title} className="not-first:mt-4">
          <h3 className="mb-1 text-meta text-text-3">{t(group.title)}</h3>
          <dl className="grid grid-cols-[9.5rem_1fr] gap-x-4 gap-y-1 narrow:grid-cols-[7.5rem_1fr] narrow:gap-x-3">
            {group.keys.map(([keys, what]) => (
              <div key={what} className="contents">
                <dt>
                  <kbd className="rounded-sm border border-border bg-sunken px-1.5 font-sans text-meta">{keys}</kbd>
                </dt>
                <dd>{t(what)}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </ModalDialog>
  );
}
