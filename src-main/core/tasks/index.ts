export { createTaskBoard, statusFor, type TaskBoard, type TaskBoardDeps } from './board.ts';
export { type ExtractInput, extractTodos } from './extract.ts';
export { createTodoExtraction } from './extraction.ts';
export { newTaskOf } from './new-task.ts';
