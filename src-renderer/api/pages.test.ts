import { expect, test } from 'vitest';
import { holds, mergeNewest, type Page, replaceItem } from './pages.ts';

const page = (ids: string[], next: string | null = null): Page<{ id: string; text: string }> => ({
  items: ids.map((id) => ({ id, text: `old ${id}` })),
  next_cursor: next,
});
const ids = (pages: Page<{ id: string }>[] | null) => pages?.map((each) => each.items.map((item) => item.id).join(''));

test('new messages appear above the ones already shown, and older pages stay', () => {
  const merged = mergeNewest([page(['c', 'b'], 'x'), page(['a'])], page(['e', 'd', 'c'], 'y'));
  expect(ids(merged)).toEqual(['edcb', 'a']);
  expect(merged?.[0]?.next_cursor).toBe('x');
});

test('a message that changed is shown as it is now', () => {
  const newest = { items: [{ id: 'b', text: 'new b' }], next_cursor: 'x' };
  expect(mergeNewest([page(['b', 'a'])], newest)?.[0]?.items[0]?.text).toBe('new b');
});

test('after a long absence the list starts anew instead of hiding a gap', () => {
  expect(mergeNewest([page(['b', 'a'])], page(['z', 'y'], 'more'))).toBeNull();
});

test('a list that was empty takes the first page', () => {
  expect(ids(mergeNewest([page([])], page(['a'])))).toEqual(['a']);
});

test('one item can be replaced or taken out wherever it is', () => {
  const pages = [page(['c', 'b']), page(['a'])];
  expect(replaceItem(pages, 'a', { id: 'a', text: 'new' })[1]?.items[0]?.text).toBe('new');
  expect(ids(replaceItem(pages, 'b', null))).toEqual(['c', 'a']);
  expect(holds(pages, 'a')).toBe(true);
  expect(holds(pages, 'z')).toBe(false);
});
