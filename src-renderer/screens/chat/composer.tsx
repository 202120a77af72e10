import { SendHorizontal } from 'lucide-react';
import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useRef, useState } from 'react';
import { useOutbox } from '../../api/index.ts';
import { useAnnounce } from '../../components/announcer.tsx';
import { IconButton } from '../../components/button.tsx';
import { isComposing } from '../../components/keyboard.ts';
import { useText } from '../../locales/index.ts';
import { composerMark, focusSuggestion } from './focus.ts';
import { useAnswers } from './suggestion.tsx';
import { useOffer } from './use-offer.ts';

/** Survives a visit to another screen, a reload and a crash of the page. */
const draftKey = 'clawdbot.draft';
const tallest = 200;
const outboxLimit = 200;

export function Composer() {
  const t = useText();
  const { outbox } = useOutbox();
  const [text, setText] = useState(() => localStorage.getItem(draftKey) ?? '');
  const [isFull, setFull] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const hintId = useId();
  const [hasFocus, setFocus] = useState(false);
  const announce = useAnnounce();
  const { accept } = useAnswers();
  // Keys act on a card only from a box that is empty and has the focus, and only then a hint says so.
  const offer = useOffer(hasFocus && text === '');
  const hint = offer ? t('suggestion.offer', { title: shortened(offer.title) }) : t('chat.composerHint');

  useEffect(() => {
    if (offer) announce(hint);
    // Said once for each card, not again when a word of it changes.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [offer?.id]);

  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.height = 'auto';
    element.style.height = `${Math.min(tallest, element.scrollHeight + 2)}px`;
    localStorage.setItem(draftKey, text);
  }, [text]);

  function send() {
    const content = text.trim();
    if (!content) return;
    const kept = outbox.add(content);
    setFull(!kept);
    if (kept) setText('');
    field.current?.focus();
  }

  function onKeyDown(event: KeyboardEvent) {
    if (isComposing(event) || event.shiftKey) return;
    const isPlain = !event.repeat && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (event.key === 'Enter') {
      event.preventDefault();
      if (!offer) send();
      else if (isPlain) accept(offer);
    } else if (event.key === 'ArrowUp' && offer && isPlain) {
      event.preventDefault();
      focusSuggestion(offer.id);
    }
  }

  return (
    <form
      className="shrink-0 border-divider border-t bg-surface px-4 pt-3 pb-2"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {isFull && (
        <p role="alert" className="mb-2 text-meta text-warn">
          {t('chat.full', { limit: outboxLimit })}
        </p>
      )}
      <div className="flex items-end gap-2 rounded-lg border border-border bg-bg p-1 focus-within:border-transparent focus-within:outline-2 focus-within:outline-focus">
        <textarea
          {...composerMark}
          ref={field}
          rows={1}
          value={text}
          aria-label={t('chat.message')}
          aria-describedby={hintId}
          placeholder={t('chat.placeholder')}
          maxLength={200_000}
          autoFocus
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
          onFocus={() => setFocus(true)}
          onBlur={() => setFocus(false)}
          className="min-h-8 min-w-0 flex-1 resize-none bg-transparent px-2 py-1 text-chat leading-6 outline-none"
        />
        <IconButton type="submit" kind="primary" label={t('chat.send')} keys="Enter" isDisabled={!text.trim()}>
          <SendHorizontal aria-hidden="true" size={16} />
        </IconButton>
      </div>
      <p id={hintId} className="mt-1 truncate text-caption text-text-3 narrow:hidden">
        {hint}
      </p>
    </form>
  );
}

const shortened = (title: string) => (title.length > 60 ? `${title.slice(0, 59)}…` : title);
