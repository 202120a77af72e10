/** The parts of the page that are not in what is drawn first. */
export const parts = {
  chat: () => import('../screens/chat/index.tsx'),
  board: () => import('../screens/board/index.tsx'),
  memory: () => import('../screens/memory/index.tsx'),
  status: () => import('../screens/status/index.tsx'),
  devices: () => import('../screens/devices/index.tsx'),
  palette: () => import('./palette.tsx'),
  help: () => import('./shortcuts-help.tsx'),
};

/**
 * Fetches every part, once what is drawn first stands: the product may be gone when somebody opens one, and what is typed
 * right after Ctrl K has to land in the palette. What cannot be fetched now is asked for again by whoever opens it.
 */
export async function fetchAhead(): Promise<void> {
  await Promise.allSettled(Object.values(parts).map((load) => load()));
}
