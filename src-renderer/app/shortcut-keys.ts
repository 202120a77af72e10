import { isApple } from '../components/keyboard.ts';

/** What a press of keys is in the shell's words; or what is still missing. */
export type Pressed = { keys: string } | { missing: 'held' | 'key' };

const named: Readonly<Record<string, string>> = {
  Space: 'Space',
  ArrowUp: 'Up',
  ArrowDown: 'Down',
  ArrowLeft: 'Left',
  ArrowRight: 'Right',
  Home: 'Home',
  End: 'End',
  PageUp: 'PageUp',
  PageDown: 'PageDown',
};

type Press = Pick<KeyboardEvent, 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/** By the place of the key and not by what it types, which Alt and Shift change. */
export function readPress(event: Press, apple = isApple): Pressed {
  const key = named[event.code] ?? /^(?:Key|Digit)([A-Z0-9])$/.exec(event.code)?.[1] ?? /^F\d+$/.exec(event.code)?.[0];
  const main = apple ? event.metaKey : event.ctrlKey;
  const other = apple ? event.ctrlKey : event.metaKey;
  const held = [
    ...(main ? ['CommandOrControl'] : []),
    ...(other ? [apple ? 'Control' : 'Super'] : []),
    ...(event.altKey ? ['Alt'] : []),
  ];
  if (key === undefined) return { missing: 'key' };
  if (held.length === 0) return { missing: 'held' };
  return { keys: [...held, ...(event.shiftKey ? ['Shift'] : []), key].join('+') };
}

/** As the keyboard of this machine shows them. */
export const spokenKeys = (keys: string, apple = isApple): string =>
  keys
    .replace('CommandOrControl', apple ? '⌘' : 'Ctrl')
    .replace('Alt', apple ? '⌥' : 'Alt')
    .replace('Super', apple ? '⌘' : 'Super')
    .replaceAll('+', ' + ');
