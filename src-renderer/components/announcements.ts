/** A sentence that is replaced sooner may never be read: a screen reader looks at what stands there when it has time. */
const shownForMs = 1_500;
/** Of more, the oldest are no longer news. */
const maxWaiting = 3;

/** Shows sentences one after the other, each for a while; the first at once. */
export function createAnnouncements(show: (text: string) => void) {
  const waiting: string[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  function next(): void {
    const text = waiting.shift();
    timer = text === undefined ? undefined : setTimeout(next, shownForMs);
    if (text !== undefined) show(text);
  }

  return {
    announce(text: string): void {
      waiting.push(text);
      if (waiting.length > maxWaiting) waiting.shift();
      if (timer === undefined) next();
    },
    stop(): void {
      clearTimeout(timer);
      timer = undefined;
      waiting.length = 0;
    },
  };
}
