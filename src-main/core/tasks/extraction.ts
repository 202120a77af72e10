import type { ExtractRequest, ExtractResponse } from '../../../src-shared/schema/extraction.ts';
import { type Clock, isoTime } from '../foundation/clock.ts';
import type { Ids } from '../foundation/ids.ts';
import { instantOf } from '../language/index.ts';
import type { NewTask } from '../store/index.ts';
import { statusFor, type TaskBoard } from './board.ts';

export interface TodoExtractionDeps {
  /** Reads the text, in the mind's thread. */
  extract(request: ExtractRequest & { timezone: string; reference_time: string }): Promise<ExtractResponse>;
  board: Pick<TaskBoard, 'add'>;
  ids: Ids;
  clock: Pick<Clock, 'now'>;
  /** Where none is named. */
  timezone: string;
  acceptFrom: number;
}

/** Finds todos and times in a text; unless it is a dry run the todos become cards. */
export function createTodoExtraction({ extract, board, ids, clock, timezone, acceptFrom }: TodoExtractionDeps) {
  return async (request: ExtractRequest): Promise<ExtractResponse> => {
    const zone = request.timezone ?? timezone;
    const found = await extract({
      ...request,
      timezone: zone,
      reference_time: request.reference_time ?? isoTime(clock.now()),
    });
    if (request.dry_run) return found;
    for (const todo of found.todos) {
      const task: NewTask = {
        id: ids.next(),
        title: todo.title,
        status: request.mode === 'quickadd' ? 'todo' : statusFor(todo.confidence, acceptFrom),
        due: todo.due === null ? null : todo.due.kind === 'date' ? todo.due.value : instantOf(todo.due.value, zone),
        due_granularity: todo.due?.kind ?? null,
        rrule: todo.rrule,
        assignee: todo.assignees[0] ?? null,
        priority: todo.priority ?? 'normal',
        labels: [],
        progress: 0,
        confidence: todo.confidence,
        why: todo.why,
        source: null,
      };
      await board.add(task);
    }
    return found;
  };
}
