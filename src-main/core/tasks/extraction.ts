import type { ExtractRequest, ExtractResponse } from '../../../src-shared/schema/extraction.ts';
import { type Clock, isoTime } from '../foundation/clock.ts';
import type { Ids } from '../foundation/ids.ts';
import { statusFor, type TaskBoard } from './board.ts';
import { newTaskOf } from './new-task.ts';

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
      const status = request.mode === 'quickadd' ? 'todo' : statusFor(todo.confidence, acceptFrom);
      await board.add(newTaskOf(todo, { id: ids.next(), status, timezone: zone, source: null }));
    }
    return found;
  };
}
