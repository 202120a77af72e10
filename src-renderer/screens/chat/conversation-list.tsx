import { VList } from 'virtua';
import type { Conversation } from '../../../src-shared/schema/message.ts';
import { mainConversation, useConversations } from '../../api/index.ts';
import { FailureState, Skeleton } from '../../app/notice.tsx';
import { ChannelIcon } from '../../components/channel-icon.tsx';
import { classes } from '../../components/classes.ts';
import { Moment } from '../../components/moment.tsx';
import { writtenLanguage } from '../../components/written-language.ts';
import { useText } from '../../locales/index.ts';

interface ConversationListProps {
  current: string;
  onChoose(id: string): void;
}

/** Every conversation, the latest first; the built-in chat comes first and is always there. */
export function ConversationList({ current, onChoose }: ConversationListProps) {
  const t = useText();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useConversations();
  if (error && !data) return <FailureState error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton rows={4} />;

  const all = data.pages.flatMap((page) => page.items);
  const main = all.find((each) => each.id === mainConversation);
  const others = all.filter((each) => each.id !== mainConversation);

  return (
    <nav aria-label={t('chat.conversations')} className="flex min-h-0 flex-1 flex-col">
      <ul className="px-2">
        <li>
          <Entry
            id={mainConversation}
            conversation={main}
            isCurrent={current === mainConversation}
            onChoose={onChoose}
          />
        </li>
      </ul>
      {others.length === 0 ? (
        <p className="px-4 py-3 text-meta text-text-3">{t('chat.noConversations')}</p>
      ) : (
        <VList
          role="list"
          className="quiet-scroll px-2 pb-2"
          bufferSize={400}
          onScroll={(offset) => {
            const nearEnd = offset > others.length * 52 - 1500;
            if (nearEnd && hasNextPage && !isFetchingNextPage) void fetchNextPage();
          }}
        >
          {others.map((each) => (
            <div key={each.id} role="listitem">
              <Entry id={each.id} conversation={each} isCurrent={current === each.id} onChoose={onChoose} />
            </div>
          ))}
        </VList>
      )}
    </nav>
  );
}

interface EntryProps {
  id: string;
  conversation: Conversation | undefined;
  isCurrent: boolean;
  onChoose(id: string): void;
}

function Entry({ id, conversation, isCurrent, onChoose }: EntryProps) {
  const t = useText();
  const isMain = id === mainConversation;
  return (
    <button
      type="button"
      aria-current={isCurrent ? 'true' : undefined}
      onClick={() => onChoose(id)}
      className={classes(
        'mt-0.5 flex w-full flex-col rounded-md px-2 py-1.5 text-left -outline-offset-2!',
        isCurrent ? 'bg-accent-soft' : 'hover:bg-sunken',
      )}
    >
      <span className="flex w-full items-center gap-1.5">
        <ChannelIcon channel={conversation?.channel ?? 'chat'} size={13} />
        <span className={classes('min-w-0 flex-1 truncate', isCurrent && 'font-semibold')}>
          {isMain ? t('app.name') : (conversation?.conversation_id ?? id)}
        </span>
        {conversation && <Moment at={conversation.last_at} className="shrink-0 text-caption text-text-2" />}
      </span>
      <span
        lang={conversation && writtenLanguage(conversation.last_message)}
        className="w-full truncate text-meta text-text-2"
      >
        {conversation ? conversation.last_message : t('chat.mainHint')}
      </span>
    </button>
  );
}
