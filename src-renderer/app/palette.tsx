import { useNavigate } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { useMemo, useState } from 'react';
import {
  Autocomplete,
  Collection,
  Dialog,
  Header,
  Input,
  Menu,
  MenuItem,
  MenuSection,
  Modal,
  ModalOverlay,
  SearchField,
} from 'react-aria-components';
import { useApi } from '../api/index.ts';
import { optionLook } from '../components/field.tsx';
import { useFrameActions } from '../components/frame-actions.ts';
import { type Text, useText } from '../locales/index.ts';
import { densities, languageChoices, setPreferences, themes } from './preferences.ts';

interface Command {
  id: string;
  name: string;
  run(): void;
}

interface Group {
  id: string;
  name: string;
  commands: Command[];
}

export function Palette({ onClose }: { onClose(): void }) {
  const t = useText();
  const [query, setQuery] = useState('');
  const groups = useCommands(t, query.trim());
  const run = (id: string) => {
    onClose();
    groups
      .flatMap((group) => group.commands)
      .find((command) => command.id === id)
      ?.run();
  };

  return (
    <ModalOverlay
      isOpen
      onOpenChange={(open) => !open && onClose()}
      isDismissable
      className="fade-in fixed inset-0 z-50 flex items-start justify-center bg-(--scrim) p-4 pt-[12vh]"
    >
      <Modal className="float w-full max-w-xl">
        <Dialog aria-label={t('palette.title')} className="quiet-scroll flex max-h-[70vh] flex-col outline-none">
          <Autocomplete inputValue={query} onInputChange={setQuery}>
            <SearchField
              aria-label={t('palette.title')}
              autoFocus
              className="sticky top-0 z-10 flex items-center gap-2 border-divider border-b bg-surface px-3"
            >
              <Search aria-hidden="true" size={16} className="text-text-3" />
              <Input
                placeholder={t('palette.placeholder')}
                className="h-11 flex-1 bg-transparent text-chat outline-none"
              />
            </SearchField>
            <Menu
              items={groups}
              aria-label={t('palette.title')}
              onAction={(key) => run(String(key))}
              className="flex-1 p-1.5 outline-none"
              renderEmptyState={() => <p className="p-4 text-center text-text-2">{t('palette.nothing')}</p>}
            >
              {(group) => (
                <MenuSection id={group.id} className="mb-1">
                  <Header className="px-2 pt-1.5 pb-0.5 text-caption text-text-3">{group.name}</Header>
                  <Collection items={group.commands}>
                    {(command) => (
                      <MenuItem id={command.id} textValue={command.name} className={optionLook}>
                        {command.name}
                      </MenuItem>
                    )}
                  </Collection>
                </MenuSection>
              )}
            </Menu>
          </Autocomplete>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function useCommands(t: Text, query: string): Group[] {
  const navigate = useNavigate();
  const { connection } = useApi();
  const { openHelp } = useFrameActions();

  return useMemo(() => {
    const go: Command[] = (['chat', 'board', 'memory', 'status'] as const).map((name) => ({
      id: `go-${name}`,
      name: t('palette.go', { screen: t(`nav.${name}`) }),
      run: () => void navigate({ to: name === 'board' ? '/todos' : `/${name}` }),
    }));
    go.push({
      id: 'go-devices',
      name: t('palette.go', { screen: t('devices.title') }),
      run: () => void navigate({ to: '/settings/devices' }),
    });
    const commands: Command[] = [
      { id: 'new-todo', name: t('palette.newTodo'), run: () => void navigate({ to: '/todos', search: { add: '1' } }) },
      { id: 'search-memory', name: t('palette.searchMemory'), run: () => void navigate({ to: '/memory' }) },
      {
        id: 'add-memory',
        name: t('palette.addMemory'),
        run: () => void navigate({ to: '/memory', search: { add: '1' } }),
      },
      {
        id: 'erase-person',
        name: t('erase.title'),
        run: () => void navigate({ to: '/memory', search: { panel: 'erase' } }),
      },
      {
        id: 'add-device',
        name: t('devices.add'),
        run: () => void navigate({ to: '/settings/devices', search: { add: '1' } }),
      },
      { id: 'help', name: t('settings.shortcuts'), run: openHelp },
      ...(connection.inShell ? [] : [{ id: 'sign-out', name: t('settings.signOut'), run: connection.signOut }]),
    ];
    const look: Command[] = [
      ...themes.map((theme) => ({
        id: `theme-${theme}`,
        name: t('palette.theme', { name: t(`settings.theme.${theme}`) }),
        run: () => setPreferences({ theme }),
      })),
      ...languageChoices.map((language) => ({
        id: `language-${language}`,
        name: t('palette.language', { name: t(`settings.language.${language}`) }),
        run: () => setPreferences({ language }),
      })),
      ...densities.map((density) => ({
        id: `density-${density}`,
        name: t('palette.density', { name: t(`settings.density.${density}`) }),
        run: () => setPreferences({ density }),
      })),
    ];
    const matches = (command: Command) => command.name.toLocaleLowerCase().includes(query.toLocaleLowerCase());
    const spoken: Command[] = query
      ? [
          {
            id: 'search-memory-for',
            name: t('palette.searchMemoryFor', { text: query }),
            run: () => void navigate({ to: '/memory', search: { q: query } }),
          },
          {
            id: 'new-todo-from',
            name: t('palette.newTodoFrom', { text: query }),
            run: () => void navigate({ to: '/todos', search: { add: query } }),
          },
        ]
      : [];
    return [
      { id: 'group-go', name: t('palette.group.go'), commands: go.filter(matches) },
      { id: 'group-do', name: t('palette.group.do'), commands: [...commands.filter(matches), ...spoken] },
      { id: 'group-look', name: t('palette.group.look'), commands: look.filter(matches) },
    ].filter((group) => group.commands.length > 0);
  }, [t, query, navigate, connection, openHelp]);
}
