import { Check, CheckCheck, CircleAlert, Clock, Paperclip } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button as AriaButton, Dialog, DialogTrigger, Heading, Popover } from 'react-aria-components';
import type { Message } from '../../../src-shared/schema/message.ts';
import { type OutboxEntry, useOutbox } from '../../api/index.ts';
import { Button } from '../../components/button.tsx';
import { classes } from '../../components/classes.ts';
import { formatFull } from '../../components/format.ts';
import { Moment } from '../../components/moment.tsx';
import { usePlace } from '../../components/use-place.ts';
import { writtenLanguage } from '../../components/written-language.ts';
import { type Text, useText } from '../../locales/index.ts';
import { Sources } from './sources.tsx';
import { Suggestions } from './suggestion.tsx';
import { withLinks } from './transcript.ts';

interface MessageRowProps {
  message: Message;
  isFirstOfRun: boolean;
  isTarget: boolean;
  taskIds: readonly string[];
}

export function MessageRow({ message, isFirstOfRun, isTarget, taskIds }: MessageRowProps) {
  const t = useText();
  const isOurs = message.direction === 'out';
  const isErased = message.metadata['erased'] === true && message.content === '';
  const who = isOurs ? t('common.assistant') : message.channel === 'chat' ? t('common.you') : senderName(t, message);
  return (
    <Voice
      who={who}
      isOurs={isOurs}
      isFirstOfRun={isFirstOfRun}
      isTarget={isTarget}
      at={message.received_at}
      state={message.direction === 'in' && <StateButton message={message} />}
    >
      {isErased ? <p className="text-text-3 italic">{t('chat.erased')}</p> : <Words text={message.content} />}
      {message.attachments.length > 0 && (
        <ul aria-label={t('chat.attachments')} className="mt-1 flex flex-wrap gap-1.5">
          {message.attachments.map((attachment, index) => (
            <li
              key={index}
              className="flex items-center gap-1 rounded-md border border-divider px-2 py-0.5 text-meta text-text-2"
            >
              <Paperclip aria-hidden="true" size={12} />
              {attachment.name ?? attachment.type}
            </li>
          ))}
        </ul>
      )}
      <Suggestions ids={taskIds} />
      <Sources ids={message.direction === 'out' ? message.memory_ids : []} />
    </Voice>
  );
}

/** Whoever was erased has no name any more. */
const senderName = (t: Text, { sender_id, metadata }: Message): string =>
  metadata['erased'] === true && sender_id === 'erased' ? t('chat.erasedSender') : sender_id;

export function UnsentRow({ entry, isFirstOfRun }: { entry: OutboxEntry; isFirstOfRun: boolean }) {
  const t = useText();
  const { outbox } = useOutbox();
  return (
    <Voice
      who={t('common.you')}
      isOurs={false}
      isFirstOfRun={isFirstOfRun}
      isTarget={false}
      at={new Date(entry.typed_at).toISOString()}
      state={
        entry.failed === null && (
          <span title={t('state.waitingHint')} className="flex items-center gap-1 text-caption text-text-3">
            <Clock aria-hidden="true" size={12} />
            {t('state.waiting')}
          </span>
        )
      }
    >
      <Words text={entry.content} />
      {entry.failed !== null && (
        <div role="alert" className="mt-1 flex flex-wrap items-center gap-2 text-danger text-meta">
          <CircleAlert aria-hidden="true" size={14} />
          {t(`errors.${entry.failed}`)}
          <Button size="small" onPress={() => outbox.retry(entry.external_id)}>
            {t('common.retry')}
          </Button>
          <Button size="small" kind="danger" onPress={() => outbox.discard(entry.external_id)}>
            {t('state.discard')}
          </Button>
        </div>
      )}
    </Voice>
  );
}

interface VoiceProps {
  who: string;
  isOurs: boolean;
  isFirstOfRun: boolean;
  isTarget: boolean;
  at: string;
  state: ReactNode;
  children: ReactNode;
}

function Voice({ who, isOurs, isFirstOfRun, isTarget, at, state, children }: VoiceProps) {
  return (
    <article
      aria-label={who}
      className={classes(
        'group flex gap-3 rounded-lg px-2 py-0.5',
        isFirstOfRun && 'mt-3',
        isTarget && 'bg-mark/40 outline-2 outline-mark',
      )}
    >
      <div className="w-7 shrink-0">{isFirstOfRun && <Portrait who={who} isOurs={isOurs} />}</div>
      <div className="min-w-0 flex-1">
        {isFirstOfRun && (
          <header className="flex items-baseline gap-2">
            <span className="min-w-0 truncate font-semibold">{who}</span>
            <Moment at={at} style="time" className="shrink-0 text-caption text-text-3" />
          </header>
        )}
        {children}
        {state}
      </div>
    </article>
  );
}

function Portrait({ who, isOurs }: { who: string; isOurs: boolean }) {
  if (isOurs) return <img src="./icon.svg" alt="" width={28} height={28} className="rounded-lg" />;
  return (
    <span
      aria-hidden="true"
      className="flex size-7 items-center justify-center rounded-lg bg-divider font-semibold text-meta text-text-2"
    >
      {[...who][0]?.toLocaleUpperCase()}
    </span>
  );
}

function Words({ text }: { text: string }) {
  return (
    <p lang={writtenLanguage(text)} className="measure wrap-anywhere whitespace-pre-wrap text-chat">
      {withLinks(text).map((part, index) =>
        part.href ? (
          <a
            key={index}
            href={part.href}
            target="_blank"
            rel="noreferrer noopener"
            className="text-accent underline underline-offset-2"
          >
            {part.text}
          </a>
        ) : (
          <span key={index}>{part.text}</span>
        ),
      )}
    </p>
  );
}

const icons = { stored: Check, routed: Check, answered: CheckCheck, sent: CheckCheck, failed: CircleAlert };

/** Where the message stands; pressed, how it got there. */
function StateButton({ message }: { message: Message }) {
  const t = useText();
  const place = usePlace();
  const Icon = icons[message.state];
  const name = t(`state.${message.state}`);
  return (
    <DialogTrigger>
      <AriaButton
        aria-label={t('state.show', { state: name })}
        className={classes(
          'flex h-6 items-center gap-1 rounded-sm text-caption data-hovered:text-text',
          message.state === 'failed' ? 'text-danger' : 'text-text-3',
        )}
      >
        <Icon aria-hidden="true" size={12} />
        {name}
      </AriaButton>
      <Popover placement="bottom start" className="float fade-in w-72 p-3">
        <Dialog className="outline-none">
          <Heading slot="title" className="mb-2 text-body">
            {t('state.timeline')}
          </Heading>
          <ol className="flex flex-col gap-1.5">
            {message.timeline.map((entry, index) => (
              <li key={index} className="flex gap-2 text-meta">
                <time
                  dateTime={entry.at}
                  title={formatFull(new Date(entry.at), place)}
                  className="shrink-0 text-text-3"
                >
                  {new Date(entry.at).toLocaleTimeString(place.language, { hour12: false })}
                </time>
                <span className={entry.state === 'failed' ? 'text-danger' : ''}>
                  {t(`state.${entry.state}`)}
                  {entry.detail && <span className="block text-text-2">{entry.detail}</span>}
                </span>
              </li>
            ))}
          </ol>
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
