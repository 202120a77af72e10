import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { ListCollapse, MessagesSquare } from 'lucide-react';
import { useState } from 'react';
import { mainConversation, useCanWrite, useConversations } from '../../api/index.ts';
import { IconButton } from '../../components/button.tsx';
import { ChannelIcon } from '../../components/channel-icon.tsx';
import { ModalDialog } from '../../components/dialog.tsx';
import { useMedia } from '../../components/use-media.ts';
import { useText } from '../../locales/index.ts';
import { Composer } from './composer.tsx';
import { ConversationList } from './conversation-list.tsx';
import { MessageList } from './message-list.tsx';
import { SummaryDialog } from './summary-dialog.tsx';

const route = getRouteApi('/chat');

export function ChatScreen() {
  const t = useText();
  const navigate = useNavigate();
  const { conversation = mainConversation, message } = route.useSearch();
  const hasRoomForList = useMedia('(width >= 56rem)');
  const [listOpen, setListOpen] = useState(false);
  const [summaryOpen, setSummaryOpen] = useState(false);
  const canWrite = useCanWrite();
  const isMain = conversation === mainConversation;

  const choose = (id: string) => {
    setListOpen(false);
    void navigate({ to: '/chat', search: id === mainConversation ? {} : { conversation: id } });
  };

  return (
    <div className="flex h-full">
      {hasRoomForList && (
        <aside className="flex w-60 shrink-0 flex-col border-divider border-r">
          <h2 className="px-4 pt-3 pb-1 text-meta text-text-3">{t('chat.conversations')}</h2>
          <ConversationList current={conversation} onChoose={choose} />
        </aside>
      )}
      <section className="flex min-w-0 flex-1 flex-col">
        <header className="flex h-12 shrink-0 items-center gap-2 border-divider border-b px-4">
          {!hasRoomForList && (
            <IconButton label={t('chat.showConversations')} onPress={() => setListOpen(true)} className="-ml-2">
              <MessagesSquare aria-hidden="true" size={17} />
            </IconButton>
          )}
          <ConversationTitle id={conversation} />
          <div className="flex-1" />
          <IconButton label={t('summary.title')} onPress={() => setSummaryOpen(true)} className="-mr-2">
            <ListCollapse aria-hidden="true" size={17} />
          </IconButton>
        </header>
        <MessageList key={conversation} conversation={conversation} target={message ?? null} />
        {isMain && canWrite && <Composer />}
        {isMain && !canWrite && <ReadOnly text={t('common.readOnly')} />}
        {!isMain && <ReadOnly text={t('chat.readOnly')} />}
      </section>
      {summaryOpen && (
        <SummaryDialog
          conversation={conversation}
          onOpen={(id) => {
            setSummaryOpen(false);
            void navigate({ to: '/chat', search: { ...(isMain ? {} : { conversation }), message: id } });
          }}
          onClose={() => setSummaryOpen(false)}
        />
      )}
      <ModalDialog title={t('chat.conversations')} isOpen={listOpen} onClose={() => setListOpen(false)}>
        <div className="-mx-4 flex h-96 flex-col">
          <ConversationList current={conversation} onChoose={choose} />
        </div>
      </ModalDialog>
    </div>
  );
}

function ConversationTitle({ id }: { id: string }) {
  const t = useText();
  const { data } = useConversations();
  const found = data?.pages.flatMap((page) => page.items).find((each) => each.id === id);
  const [channel = ''] = id.split(':');
  return (
    <>
      <ChannelIcon channel={channel} size={16} />
      <h1 className="min-w-0 truncate text-section">
        {id === mainConversation ? t('chat.main') : id.slice(channel.length + 1)}
      </h1>
      {found && (
        <span className="shrink-0 text-meta text-text-3">
          {found.id === mainConversation ? '' : `${found.platform} · `}
          {t('chat.count', { count: found.message_count })}
        </span>
      )}
    </>
  );
}

function ReadOnly({ text }: { text: string }) {
  return <p className="shrink-0 border-divider border-t bg-sunken px-4 py-3 text-text-2">{text}</p>;
}
