export { createApiChannel } from './api-channel.ts';
