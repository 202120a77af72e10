import { LogOut, Settings } from 'lucide-react';
import {
  Button as AriaButton,
  Dialog,
  DialogTrigger,
  Heading,
  Label,
  Popover,
  Radio,
  RadioGroup,
} from 'react-aria-components';
import { useApi, useDesktop, useDesktopState } from '../api/index.ts';
import { Button } from '../components/button.tsx';
import { classes } from '../components/classes.ts';
import { useText } from '../locales/index.ts';
import { densities, languageChoices, setPreferences, themes, usePreferences } from './preferences.ts';

export function SettingsButton({ isSlim }: { isSlim: boolean }) {
  const t = useText();
  return (
    <DialogTrigger>
      <AriaButton
        aria-label={t('nav.settings')}
        className={classes(
          'flex h-8 items-center gap-2.5 rounded-md text-text-2 data-hovered:bg-divider/60 data-hovered:text-text data-pressed:bg-divider/60',
          isSlim ? 'w-9 justify-center' : 'flex-1 px-2',
        )}
      >
        <Settings aria-hidden="true" size={17} />
        {!isSlim && <span>{t('nav.settings')}</span>}
      </AriaButton>
      <Popover placement="top start" offset={6} className="float fade-in w-72">
        <SettingsDialog />
      </Popover>
    </DialogTrigger>
  );
}

function SettingsDialog() {
  const t = useText();
  const { connection } = useApi();
  const { theme, language, density } = usePreferences();
  return (
    <Dialog className="flex flex-col gap-3 p-3 outline-none">
      <Heading slot="title" className="text-body">
        {t('settings.title')}
      </Heading>
      <Segments
        label={t('settings.theme')}
        value={theme}
        choices={themes.map((value) => ({ value, label: t(`settings.theme.${value}`) }))}
        onChange={(value) => setPreferences({ theme: value })}
      />
      <Segments
        label={t('settings.language')}
        value={language}
        choices={languageChoices.map((value) => ({ value, label: t(`settings.language.${value}`) }))}
        onChange={(value) => setPreferences({ language: value })}
      />
      <Segments
        label={t('settings.density')}
        value={density}
        choices={densities.map((value) => ({ value, label: t(`settings.density.${value}`) }))}
        onChange={(value) => setPreferences({ density: value })}
      />
      <ShellSettings />
      {!connection.inShell && (
        <div className="border-divider border-t pt-3">
          <Button
            kind="danger"
            icon={<LogOut aria-hidden="true" size={15} />}
            onPress={connection.signOut}
            className="-ml-3"
          >
            {t('settings.signOut')}
          </Button>
          <p className="text-meta text-text-3">{t('settings.signOutHint')}</p>
        </div>
      )}
    </Dialog>
  );
}

/** What only the desktop shell has; nothing in a browser. */
function ShellSettings() {
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
      {state.shortcut.state === 'refused' && (
        <p className="text-meta text-text-2">{t('settings.shortcutRefused', { keys: state.shortcut.keys ?? '' })}</p>
      )}
    </>
  );
}

interface SegmentsProps<V extends string> {
  label: string;
  value: V;
  choices: readonly { value: V; label: string }[];
  onChange(value: V): void;
}

function Segments<V extends string>({ label, value, choices, onChange }: SegmentsProps<V>) {
  return (
    <RadioGroup
      value={value}
      onChange={(next) => onChange(next as V)}
      orientation="horizontal"
      className="flex flex-col gap-1"
    >
      <Label className="text-meta text-text-2">{label}</Label>
      <div className="flex rounded-md border border-border bg-sunken p-0.5">
        {choices.map((choice) => (
          <Radio
            key={choice.value}
            value={choice.value}
            className="flex h-7 flex-1 items-center justify-center rounded-sm px-1 text-meta text-text-2 data-selected:bg-surface data-selected:font-semibold data-selected:text-text data-selected:shadow-[inset_0_0_0_1px_var(--border)] forced-colors:data-selected:outline-2"
          >
            {choice.label}
          </Radio>
        ))}
      </div>
    </RadioGroup>
  );
}
