export { createAssistant } from './assistant.ts';
export { createMind, type Mind } from './mind.ts';
