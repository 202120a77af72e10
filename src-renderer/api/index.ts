export {
  dueOf,
  type TaskActions,
  useMemoryActions,
  usePackDiagnostics,
  usePause,
  useReadDue,
  useReadTodo,
  useRetryDeadLetter,
  useTaskActions,
} from './actions.ts';
export { findTask, withChange } from './board-state.ts';
export type { ConnectionState } from './connection.ts';
export {
  ApiProvider,
  createApi,
  mainConversation,
  useApi,
  useConnectionState,
  useOutbox,
  useUndoHistory,
} from './context.tsx';
export { useDesktop, useDesktopState } from './desktop.ts';
export { useDeviceActions, useDevices, usePairing, usePairingCode, useReach } from './devices.ts';
export { type FailureCode, failureCode } from './failure.ts';
export type { OutboxEntry } from './outbox.ts';
export { pair } from './pairing.ts';
export {
  type TimeRange,
  useBoard,
  useCanWrite,
  useConversations,
  useDeadLetters,
  useIsAdmin,
  useMe,
  useMemories,
  useMemory,
  useMemoryList,
  useMemorySearch,
  useMessage,
  useMessages,
  useStatus,
  useTasks,
  useWholeColumn,
} from './queries.ts';
export { rolesUpTo } from './roles.ts';
export { takePairingCode } from './token.ts';
export type { Done } from './undo.ts';
