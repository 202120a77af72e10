import { createContext, use } from 'react';

export interface FrameActions {
  openPalette(): void;
  openHelp(): void;
}

export const FrameActionsContext = createContext<FrameActions>({
  openPalette: () => undefined,
  openHelp: () => undefined,
});
export const useFrameActions = (): FrameActions => use(FrameActionsContext);
