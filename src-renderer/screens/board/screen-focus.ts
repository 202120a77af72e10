import { useEffect, useRef } from 'react';

/** Whether the focus was last on a card. It stays true when the card goes away under it, and not when a person goes elsewhere. */
export function useHeldFocus() {
  const held = useRef(false);
  useEffect(() => {
    const look = (event: Event) => {
      held.current = event.target instanceof Element && event.target.closest('[data-card]') !== null;
    };
    document.addEventListener('focusin', look);
    document.addEventListener('pointerdown', look);
    return () => {
      document.removeEventListener('focusin', look);
      document.removeEventListener('pointerdown', look);
    };
  }, []);
  return held;
}

/** Keys of the screen work wherever the focus is, as long as no dialog has it. */
export function useScreenKeys(onKey: (event: globalThis.KeyboardEvent) => void) {
  const latest = useRef(onKey);
  useEffect(() => {
    latest.current = onKey;
  });
  useEffect(() => {
    function listen(event: globalThis.KeyboardEvent) {
      if (event.defaultPrevented || document.querySelector('[role="dialog"], [role="menu"], [role="listbox"]')) return;
      latest.current(event);
    }
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, []);
}
