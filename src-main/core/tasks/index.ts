export { createTaskBoard, statusFor, type TaskBoard, type TaskBoardDeps, TaskNotFound } from './board.ts';
export { type ExtractInput, extractTodos } from './extract.ts';
