export { type ChatChannel, type ChatMessage, createChatChannel } from './chat-channel.ts';
