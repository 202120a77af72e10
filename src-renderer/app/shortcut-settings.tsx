import { type KeyboardEvent, useState } from 'react';
import type { DesktopState } from '../../src-shared/schema/desktop.ts';
import { useDesktop } from '../api/index.ts';
import { Button } from '../components/button.tsx';
import { useText } from '../locales/index.ts';
import { readPress, spokenKeys } from './shortcut-keys.ts';

type Said = { text: 'held' | 'key' | 'refused' | 'set'; keys?: string } | null;

/** The keys that open the quick chat from anywhere: press others, take them away, or go back to the usual ones. */
export function ShortcutSettings({ shortcut }: { shortcut: DesktopState['shortcut'] }) {
  const t = useText();
  const { setShortcut } = useDesktop();
  const [isListening, setListening] = useState(false);
  const [said, setSaid] = useState<Said>(null);
  const shown = shortcut.keys === null ? t('shortcut.none') : spokenKeys(shortcut.keys);

  async function choose(keys: string | null): Promise<void> {
    setListening(false);
    const isAccepted = await setShortcut(keys);
    setSaid(isAccepted ? { text: 'set' } : { text: 'refused', keys: keys ?? '' });
  }

  function listen(event: KeyboardEvent): void {
    // Tab leaves and Escape gives up; every other key is one to choose.
    if (!isListening || event.key === 'Tab') return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === 'Escape') return setListening(false);
    const pressed = readPress(event.nativeEvent);
    if ('keys' in pressed) void choose(pressed.keys);
    else if (!/^(?:Control|Shift|Alt|Meta)$/.test(event.key)) setSaid({ text: pressed.missing });
  }

  return (
    <section aria-label={t('shortcut.label')} className="flex flex-col gap-1.5 border-divider border-t pt-3">
      <p className="text-meta text-text-2">{t('shortcut.label')}</p>
      <button
        type="button"
        aria-label={isListening ? t('shortcut.listening') : t('shortcut.change', { keys: shown })}
        onClick={() => setListening((before) => !before)}
        onKeyDown={listen}
        onBlur={() => setListening(false)}
        className="h-8 rounded-md border border-border bg-surface px-3 text-body hover:bg-sunken"
      >
        {isListening ? t('shortcut.listening') : shown}
      </button>
      <div className="flex gap-2">
        <Button size="small" kind="quiet" isDisabled={shortcut.keys === null} onPress={() => void choose(null)}>
          {t('shortcut.clear')}
        </Button>
        <Button
          size="small"
          kind="quiet"
          isDisabled={shortcut.keys === shortcut.usual}
          onPress={() => void choose(shortcut.usual)}
        >
          {t('shortcut.reset', { keys: spokenKeys(shortcut.usual) })}
        </Button>
      </div>
      <p role="status" className="text-meta text-text-2">
        {said && t(`shortcut.said.${said.text}`, { keys: spokenKeys(said.keys ?? '') })}
      </p>
    </section>
  );
}
