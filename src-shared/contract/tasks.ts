import * as z from 'zod';
import { PageQuery, pageOf } from '../schema/common.ts';
import { ExtractRequest, ExtractResponse } from '../schema/extraction.ts';
import { Board, Task, TaskChange, TaskInput, TaskStatus } from '../schema/task.ts';
import { asOperator, failures, op } from './op.ts';

const ById = z.object({ id: z.string().min(1).max(64) });

export const tasksContract = {
  list: op
    .route({ method: 'GET', path: '/tasks', summary: 'Tasks, suggested ones included', tags: ['tasks'] })
    .input(PageQuery.extend({ status: TaskStatus.optional() }))
    .output(pageOf(Task)),
  get: op
    .route({ method: 'GET', path: '/tasks/{id}', summary: 'One task', tags: ['tasks'] })
    .errors(failures('TASK_NOT_FOUND'))
    .input(ById)
    .output(Task),
  create: asOperator
    .route({ method: 'POST', path: '/tasks', successStatus: 201, summary: 'Add a task', tags: ['tasks'] })
    .input(TaskInput)
    .output(Task),
  update: asOperator
    .route({ method: 'PATCH', path: '/tasks/{id}', summary: 'Change or move a task', tags: ['tasks'] })
    .errors(failures('TASK_NOT_FOUND'))
    .input(TaskChange.extend(ById.shape))
    .output(Task),
  remove: asOperator
    .route({ method: 'DELETE', path: '/tasks/{id}', summary: 'Remove a task; it can be restored', tags: ['tasks'] })
    .errors(failures('TASK_NOT_FOUND'))
    .input(ById)
    .output(z.object({ id: z.string() })),
  restore: asOperator
    .route({ method: 'POST', path: '/tasks/{id}/restore', summary: 'Undo removing a task', tags: ['tasks'] })
    .errors(failures('TASK_NOT_FOUND'))
    .input(ById)
    .output(Task),
};

export const boardsContract = {
  get: op
    .route({ method: 'GET', path: '/boards/{id}', summary: 'A board by columns; "main" is the first', tags: ['tasks'] })
    .errors(failures('NOT_FOUND'))
    .input(ById)
    .output(Board),
};

export const todosContract = {
  /** Offsets are UTF-16 units of the text, values wall-clock times in the zone asked for; `dry_run` stores nothing. */
  extract: asOperator
    .route({ method: 'POST', path: '/todos/extract', summary: 'Find todos and times in a text', tags: ['tasks'] })
    .input(ExtractRequest)
    .output(ExtractResponse),
};
