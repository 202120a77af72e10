import type { RefObject } from 'react';
import { Header, Menu, MenuItem, MenuSection, Popover, Separator } from 'react-aria-components';
import type { Task, TaskStatus } from '../../../src-shared/schema/task.ts';
import { optionLook } from '../../components/field.tsx';
import { useText } from '../../locales/index.ts';
import { statuses } from './statuses.ts';

interface MoveMenuProps {
  task: Task;
  anchor: RefObject<HTMLElement | null>;
  onMove(to: TaskStatus): void;
  onOpen(): void;
  onDelete(): void;
  onClose(): void;
}

/** Everything that dragging does, for who does not drag. */
export function MoveMenu({ task, anchor, onMove, onOpen, onDelete, onClose }: MoveMenuProps) {
  const t = useText();
  function act(key: string) {
    if (key === 'open') onOpen();
    else if (key === 'delete') onDelete();
    else onMove(key as TaskStatus);
  }
  return (
    <Popover
      isOpen
      aria-label={t('card.moveLabel', { title: task.title })}
      onOpenChange={(open) => !open && onClose()}
      triggerRef={anchor}
      placement="bottom end"
      className="float fade-in min-w-48 p-1"
    >
      <Menu
        autoFocus="first"
        onClose={onClose}
        aria-label={t('card.moveLabel', { title: task.title })}
        onAction={(key) => act(String(key))}
        disabledKeys={[task.status]}
        className="outline-none"
      >
        <MenuSection>
          <Header className="px-2 py-1 text-caption text-text-3">{t('card.moveTo')}</Header>
          {statuses.map((status) => (
            <MenuItem key={status} id={status} className={optionLook}>
              {t(`board.column.${status}`)}
            </MenuItem>
          ))}
        </MenuSection>
        <Separator className="my-1 h-px bg-divider" />
        <MenuItem id="open" className={optionLook}>
          {t('card.open')}
        </MenuItem>
        <MenuItem id="delete" className={`${optionLook} text-danger`}>
          {t(task.status === 'suggested' ? 'card.dismiss' : 'card.delete')}
        </MenuItem>
      </Menu>
    </Popover>
  );
}
