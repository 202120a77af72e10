import { useDesktop, useDesktopState } from '../api/index.ts';
import { Segments } from '../components/segments.tsx';
import { useText } from '../locales/index.ts';
import { ShortcutSettings } from './shortcut-settings.tsx';
import { UpdateSettings } from './update-settings.tsx';

/** What only the desktop shell has; nothing in a browser. */
export function ShellSettings() {
  const t = useText();
  const state = useDesktopState();
  const { setAutostart } = useDesktop();
  if (!state) return null;
  return (
    <>
      {state.autostart !== null && (
        <Segments
          label={t('settings.autostart')}
          value={state.autostart ? 'on' : 'off'}
          choices={(['on', 'off'] as const).map((value) => ({ value, label: t(`settings.autostart.${value}`) }))}
          onChange={(value) => setAutostart(value === 'on')}
        />
      )}
      <ShortcutSettings shortcut={state.shortcut} />
      {state.shortcut.state === 'refused' && (
        <p className="text-meta text-text-2">{t('settings.shortcutRefused', { keys: state.shortcut.keys ?? '' })}</p>
      )}
      {state.update && <UpdateSettings update={state.update} />}
    </>
  );
}
