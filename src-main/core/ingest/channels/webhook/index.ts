export { createWebhookChannel, type MessageMapping } from './webhook-channel.ts';
