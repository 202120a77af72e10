export {
  dueOf,
  type TaskActions,
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
export { useEraseMemory, useErasePerson, useErasurePreview, useErasures } from './erasures.ts';
export { useFactChange, useFacts } from './facts.ts';
export { type FailureCode, failureCode } from './failure.ts';
export {
  type MemoryActions,
  type MemoryLook,
  type TimeRange,
  useMemories,
  useMemory,
  useMemoryActions,
  useMemoryList,
  useMemorySearch,
  useMemoryStatistics,
  useMemoryUses,
} from './memories.ts';
export { useChangeMemoryKey, useMemoryKey } from './memory-key.ts';
export type { OutboxEntry } from './outbox.ts';
export { pair } from './pairing.ts';
export {
  useBoard,
  useCanWrite,
  useConversations,
  useDeadLetters,
  useIsAdmin,
  useMe,
  useMessage,
  useMessages,
  useStatus,
  useTasks,
  useWholeColumn,
} from './queries.ts';
export { rolesUpTo } from './roles.ts';
export { useSummaries } from './summaries.ts';
export { takePairingCode } from './token.ts';
export { useExport, useImport, useImportActions, usePastImports } from './transfers.ts';
export type { Done, MemoryChange } from './undo.ts';
