export { MemoryScreen } from './memory-screen.tsx';
