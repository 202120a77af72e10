export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

/**
 * Puts the newest page of a list (latest first) on top of the pages already read, so that a change costs one read
 * and not one per page. Returns null when the two do not meet: more has happened than one page holds.
 */
export function mergeNewest<T extends { id: string }>(pages: readonly Page<T>[], newest: Page<T>): Page<T>[] | null {
  const fresh = new Map(newest.items.map((item) => [item.id, item]));
  const known = new Set(pages.flatMap((page) => page.items.map((item) => item.id)));
  const added = newest.items.filter((item) => !known.has(item.id));
  const meets = added.length < newest.items.length || newest.next_cursor === null;
  if (!meets) return null;

  const replaced = pages.map((page) => ({ ...page, items: page.items.map((item) => fresh.get(item.id) ?? item) }));
  const [first, ...rest] = replaced;
  return first ? [{ ...first, items: [...added, ...first.items] }, ...rest] : [newest];
}

/** Replaces one item wherever it is, or takes it out when `item` is null. */
export function replaceItem<T extends { id: string }>(
  pages: readonly Page<T>[],
  id: string,
  item: T | null,
): Page<T>[] {
  return pages.map((page) => ({
    ...page,
    items: page.items.flatMap((known) => (known.id === id ? (item ? [item] : []) : [known])),
  }));
}

export const holds = <T extends { id: string }>(pages: readonly Page<T>[], id: string): boolean =>
  pages.some((page) => page.items.some((item) => item.id === id));
