/** Counts what is being worked on, so that stopping can wait for it. */
export function createInFlight() {
  let count = 0;
  let wake = () => {};

  return {
    begin(): void {
      count++;
    },
    end(): void {
      count--;
      if (count === 0) wake();
    },
    /** Resolves when nothing is under way, or after `ms`. */
    settle(ms: number): Promise<void> {
      if (count === 0) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    },
  };
}

export type InFlight = ReturnType<typeof createInFlight>;
