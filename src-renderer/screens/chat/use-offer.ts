import { useEffect, useState } from 'react';
import type { Task } from '../../../src-shared/schema/task.ts';
import { mainConversation, useMessages, useOutbox, useTasks } from '../../api/index.ts';
import { latestTasks } from './transcript.ts';

/** Enter pressed twice, or pressed to come here, must not answer a card that nobody has read. */
const readingMs = 500;

/** The suggestion that Enter in the waiting message box accepts: the newest open one of the last exchange, once it can have been read. */
export function useOffer(isBoxWaiting: boolean): Task | null {
  const { data } = useMessages(mainConversation);
  const { entries } = useOutbox();
  const newest = data?.pages[0]?.items ?? [];
  const tasks = useTasks(entries.length === 0 ? latestTasks(newest) : []);
  const offer = tasks.findLast(({ task }) => task?.status === 'suggested')?.task ?? null;
  const id = isBoxWaiting && offer ? offer.id : null;
  const [readId, setReadId] = useState<string | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setReadId(id), readingMs);
    return () => {
      clearTimeout(timer);
      setReadId(null);
    };
  }, [id]);
  return id !== null && readId === id ? offer : null;
}
