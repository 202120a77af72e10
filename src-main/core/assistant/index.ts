export { createAssistant } from './assistant.ts';
export { createMind, grantWish, type Mind } from './mind.ts';
