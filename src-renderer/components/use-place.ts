import { useEffect, useState } from 'react';
import { useLanguage } from '../locales/index.ts';
import type { Place } from './format.ts';

/** The reader's language and the time, which moves on once a minute so that "today" does not grow stale. */
export function usePlace(): Place {
  const language = useLanguage();
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 60_000);
    return () => clearInterval(timer);
  }, []);
  return { language, now };
}
