import { expect, test } from 'vitest';
import { readPress, spokenKeys } from './shortcut-keys.ts';

const press = (code: string, held: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey', true>> = {}) => ({
  code,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

test.each([
  [press('KeyK', { ctrlKey: true, shiftKey: true }), false, { keys: 'CommandOrControl+Shift+K' }],
  [press('KeyK', { metaKey: true, shiftKey: true }), true, { keys: 'CommandOrControl+Shift+K' }],
  [press('Digit1', { altKey: true }), false, { keys: 'Alt+1' }],
  [press('Space', { metaKey: true }), false, { keys: 'Super+Space' }],
  [press('F5', { ctrlKey: true }), true, { keys: 'Control+F5' }],
  [press('KeyK'), false, { missing: 'held' }],
  [press('KeyK', { shiftKey: true }), false, { missing: 'held' }],
  [press('ControlLeft', { ctrlKey: true }), false, { missing: 'key' }],
  [press('Slash', { ctrlKey: true }), false, { missing: 'key' }],
])('a press becomes keys of the shell, or says what is missing: %j', (event, apple, expected) => {
  expect(readPress(event, apple)).toEqual(expected);
});

test('keys are shown as the keyboard has them', () => {
  expect(spokenKeys('CommandOrControl+Shift+K', false)).toBe('Ctrl + Shift + K');
  expect(spokenKeys('CommandOrControl+Alt+K', true)).toBe('⌘ + ⌥ + K');
});
