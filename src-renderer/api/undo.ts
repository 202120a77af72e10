import type { Memory } from '../../src-shared/schema/memory.ts';
import type { TaskChange, TaskStatus } from '../../src-shared/schema/task.ts';

/** What a person can change in a memory. */
export type MemoryChange = Partial<Pick<Memory, 'content' | 'subject' | 'sensitive' | 'pinned' | 'never_use'>>;

/** What takes a step back. */
export type Inverse =
  | { type: 'update-task'; id: string; change: TaskChange }
  | { type: 'restore-task'; id: string }
  | { type: 'remove-task'; id: string }
  | { type: 'update-memory'; id: string; change: MemoryChange }
  | { type: 'forget-memory'; id: string }
  | { type: 'restore-memory'; id: string };

/** What was done, for the sentence beside the Undo button. */
export type Done =
  | { type: 'moved'; title: string; to: TaskStatus }
  | { type: 'changed'; title: string }
  | { type: 'added'; title: string }
  | { type: 'removed'; title: string }
  | { type: 'dismissed'; title: string }
  | { type: 'forgotten'; title: string }
  | { type: 'restored'; title: string }
  | { type: 'pinned'; title: string }
  | { type: 'unpinned'; title: string }
  | { type: 'neverUse'; title: string }
  | { type: 'mayUse'; title: string };

export interface Step {
  done: Done;
  inverse: Inverse;
}

export type UndoHistory = ReturnType<typeof createUndoHistory>;

/** The last steps that can be taken back, the latest on top. */
export function createUndoHistory({ limit = 50 }: { limit?: number } = {}) {
  const listeners = new Set<() => void>();
  let steps: readonly Step[] = [];
  let shown = false;

  function notify() {
    for (const listener of listeners) listener();
  }

  return {
    push(step: Step) {
      steps = [...steps, step].slice(-limit);
      shown = true;
      notify();
    },
    /** The step to take back now; it leaves the history. */
    pop(): Step | null {
      const last = steps.at(-1) ?? null;
      steps = steps.slice(0, -1);
      shown = false;
      notify();
      return last;
    },
    /** Drops a step that turned out not to have happened. */
    forget(inverse: Inverse) {
      steps = steps.filter((step) => step.inverse !== inverse);
      notify();
    },
    /** Drops all of it: something was erased, and the steps before hold its words. */
    clear() {
      steps = [];
      shown = false;
      notify();
    },
    /** What the undo bar shows: the latest step, until it is dismissed or taken back. */
    latest: (): Step | null => (shown ? (steps.at(-1) ?? null) : null),
    dismiss() {
      shown = false;
      notify();
    },
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
