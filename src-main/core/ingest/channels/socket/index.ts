export { createSocketChannel } from './socket-channel.ts';
