export { ChatScreen } from './chat-screen.tsx';
export { TrayChatScreen } from './tray-chat-screen.tsx';
