import { createContext, type ReactNode, use, useEffect, useState } from 'react';
import { createAnnouncements } from './announcements.ts';

type Announce = (text: string) => void;

const AnnounceContext = createContext<Announce>(() => undefined);

/** Says a sentence to a screen reader, politely. */
export const useAnnounce = (): Announce => use(AnnounceContext);

export function Announcer({ children }: { children: ReactNode }) {
  const [said, setSaid] = useState({ text: '', turn: 0 });
  const [{ announce, stop }] = useState(() =>
    createAnnouncements((text) => setSaid((before) => ({ text, turn: before.turn + 1 }))),
  );
  useEffect(() => stop, [stop]);
  return (
    <AnnounceContext value={announce}>
      {children}
      <div aria-live="polite" aria-atomic="true" className="sr-only" data-announcer="">
        {/* A new element each time, so that the same sentence twice is said twice. */}
        <span key={said.turn}>{said.text}</span>
      </div>
    </AnnounceContext>
  );
}
