export const isApple = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** Whether keys belong to a field that is being typed in. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches('input, textarea, select, [role="combobox"], [role="searchbox"]');
}

/** An input method is composing: Enter chooses a word there and must not act here. 229 is what Safari reports after it. */
export const isComposing = (event: { nativeEvent: KeyboardEvent }): boolean =>
  event.nativeEvent.isComposing || event.nativeEvent.keyCode === 229;
