/** Marks where one writes, and the cards that wait for an answer. */
export const composerMark = { 'data-composer': '' };
export const suggestionMark = (id: string) => ({ 'data-suggestion': id });

export const focusSuggestion = (id: string) =>
  document.querySelector<HTMLElement>(`[data-suggestion="${CSS.escape(id)}"]`)?.focus();

/** The card that was answered goes, and takes the focus with it: on to the next open one, else to where one writes. */
export function focusPast(answered: HTMLElement) {
  const open = [...document.querySelectorAll<HTMLElement>('[data-suggestion]')];
  const next = open[open.indexOf(answered) + 1];
  if (next) next.focus();
  else focusWriting(answered);
}

/** For what is pressed once and goes. A conversation of another channel has nowhere to write: there, the messages. */
export function focusWriting(from: HTMLElement) {
  const composer = document.querySelector<HTMLElement>('[data-composer]');
  (composer ?? from.closest<HTMLElement>('[role="region"]'))?.focus();
}
