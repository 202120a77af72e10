import { SendHorizontal } from 'lucide-react';
import { useLayoutEffect, useRef, useState } from 'react';
import { useOutbox } from '../../api/index.ts';
import { IconButton } from '../../components/button.tsx';
import { isComposing } from '../../components/keyboard.ts';
import { useText } from '../../locales/index.ts';

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
          ref={field}
          rows={1}
          value={text}
          aria-label={t('chat.message')}
          placeholder={t('chat.placeholder')}
          maxLength={200_000}
          autoFocus
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey || isComposing(event)) return;
            event.preventDefault();
            send();
          }}
          className="min-h-8 min-w-0 flex-1 resize-none bg-transparent px-2 py-1 text-chat leading-6 outline-none"
        />
        <IconButton type="submit" kind="primary" label={t('chat.send')} keys="Enter" isDisabled={!text.trim()}>
          <SendHorizontal aria-hidden="true" size={16} />
        </IconButton>
      </div>
      <p className="mt-1 text-caption text-text-3 narrow:hidden">{t('chat.composerHint')}</p>
    </form>
  );
}
