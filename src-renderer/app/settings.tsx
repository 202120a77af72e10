import { useNavigate } from '@tanstack/react-router';
import { LogOut, MonitorSmartphone, Settings } from 'lucide-react';
import { Button as AriaButton, Dialog, DialogTrigger, Heading, Popover } from 'react-aria-components';
import { useApi } from '../api/index.ts';
import { Button } from '../components/button.tsx';
import { classes } from '../components/classes.ts';
import { Segments } from '../components/segments.tsx';
import { useText } from '../locales/index.ts';
import { PauseSettings } from './pause-settings.tsx';
import { densities, languageChoices, setPreferences, themes, usePreferences } from './preferences.ts';
import { ShellSettings } from './shell-settings.tsx';

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
      <Popover placement="top start" offset={6} className="float fade-in w-72 overflow-y-auto">
        <SettingsDialog />
      </Popover>
    </DialogTrigger>
  );
}

function SettingsDialog() {
  const t = useText();
  const { connection } = useApi();
  const navigate = useNavigate();
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
      <PauseSettings />
      <ShellSettings />
      <div className="border-divider border-t pt-3">
        {/* Its slot closes the popover. */}
        <Button
          slot="close"
          kind="quiet"
          icon={<MonitorSmartphone aria-hidden="true" size={15} />}
          onPress={() => void navigate({ to: '/settings/devices' })}
          className="-ml-3 forced-colors:ml-0"
        >
          {t('settings.devices')}
        </Button>
        <p className="text-meta text-text-3">{t('settings.devicesHint')}</p>
      </div>
      {!connection.inShell && (
        <div className="border-divider border-t pt-3">
          <Button
            kind="danger"
            icon={<LogOut aria-hidden="true" size={15} />}
            onPress={connection.signOut}
            className="-ml-3 forced-colors:ml-0"
          >
            {t('settings.signOut')}
          </Button>
          <p className="text-meta text-text-3">{t('settings.signOutHint')}</p>
        </div>
      )}
    </Dialog>
  );
}
