import type { Locator, Page } from '@playwright/test';
import { expect, test } from './support/fixtures.ts';
import { type House, untilWorked } from './support/product.ts';
import { card, column, inspector, open } from './support/screens.ts';

/** What a list may draw at once: a few windows full, however long it is. */
const rowsDrawnAtMost = 120;

test('3,000 messages in one conversation: both ends are reached, few rows are drawn, and nothing moves the reader', async ({
  page,
  house,
}) => {
  test.setTimeout(180_000);
  const say = async (content: string) => {
    await house.post({ sender_id: 'mei', conversation_id: 'archive', content });
    await untilWorked(house.rest);
  };
  await say('The very first delivery');
  // Each is answered, so half of the messages are ours.
  await inParallel(1_460, (n) => house.post({ sender_id: 'mei', conversation_id: 'archive', content: `Parcel ${n}` }));
  await untilWorked(house.rest);
  await say('The parcel in the middle');
  for (let n = 0; n < 37; n++) await say(`Parcel after it, ${n}`);
  await say('The very last delivery');

  await page.goto('/#/chat?conversation=webhook:archive');
  const list = page.getByRole('region', { name: 'Messages' });
  const drawn = page.getByRole('article');
  const first = list.getByText('The very first delivery');
  const middle = list.getByText('The parcel in the middle');
  const last = list.getByText('The very last delivery');
  await expect(page.getByRole('main').getByText('3,000 messages')).toBeVisible();
  await expect(last).toBeInViewport();
  await expect.poll(() => drawn.count()).toBeLessThan(rowsDrawnAtMost);

  await scrollUntil(list, -300, middle);
  const before = await stillTop(middle);
  await say('The delivery that nobody waited for');
  await expect(page.getByRole('main').getByText('3,002 messages')).toBeVisible();
  expect(await stillTop(middle)).toBeCloseTo(before, 0);

  await page.getByRole('button', { name: 'Jump to latest' }).click();
  await expect(list.getByText('The delivery that nobody waited for')).toBeInViewport();
  await say('The delivery that was awaited');
  await expect(list.getByText('The delivery that was awaited')).toBeInViewport();

  await scrollUntil(list, 'up', first);
  await expect(page.getByText('The beginning of this conversation')).toBeVisible();
  expect(await drawn.count()).toBeLessThan(rowsDrawnAtMost);
  await list.focus();
  // On the way up, rows are measured and the list grows; that must not take the reader back to the end.
  for (let time = 0; time < 3; time++) {
    await pressUntilInView(page, 'End', last);
    await page.keyboard.press('PageUp');
    await expect(last).not.toBeInViewport();
  }
  await pressUntilInView(page, 'Home', first);
  await page.getByRole('button', { name: 'Jump to latest' }).click();
  await expect(last).toBeInViewport();
  expect(await drawn.count()).toBeLessThan(rowsDrawnAtMost);
});

test('5,000 memories: few rows are drawn, both ends are reached, keys walk through, and a search finds the one', async ({
  page,
  house,
}) => {
  test.setTimeout(180_000);
  for (let thousand = 0; thousand < 5; thousand++) await house.rest.memories.createBatch({ items: memories(thousand) });
  await open(page, 'memory');
  const list = page.getByRole('list', { name: 'Memories, the latest first' });
  const rows = list.getByRole('listitem');
  await expect(page.getByText('5,000 memories')).toBeVisible();
  await expect(rows.getByText('Shelf 4999 holds')).toBeInViewport();
  expect(await rows.count()).toBeLessThan(rowsDrawnAtMost);

  const first = rows.getByRole('button').first();
  await first.focus();
  await page.keyboard.press('PageDown');
  await expect(first).not.toBeFocused();
  await expect(rows.getByRole('button', { name: /Shelf 4991 / })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(rows.getByRole('button', { name: /Shelf 4990 / })).toBeFocused();
  await page.keyboard.press('PageUp');
  await page.keyboard.press('Home');
  await expect(rows.getByRole('button', { name: /Shelf 4999 / })).toBeFocused();
  await page.keyboard.press('End');
  await expect(rows.getByRole('button', { name: /Shelf 4999 / })).toHaveCount(0);
  await expect(list.locator(':focus')).toBeInViewport();

  await scrollUntil(list, 'down', rows.getByText('Shelf 0 holds'));
  expect(await rows.count()).toBeLessThan(rowsDrawnAtMost);
  await scrollUntil(list, 'up', rows.getByText('Shelf 4999 holds'));

  await page.getByRole('searchbox', { name: 'Search memory' }).fill('shelf 1234 tents');
  await page.getByRole('listitem').getByText('Shelf 1234 holds').click();
  await expect(inspector(page)).toContainText('Shelf 1234 holds tents');
});

test('1,000 cards: few are drawn, the last is reached by keys and pointer, and the filter finds one', async ({
  page,
  house,
}) => {
  test.setTimeout(180_000);
  await house.rest.tasks.create({ title: 'Parcel', status: 'todo' });
  await inParallel(999, (n) => house.rest.tasks.create({ title: `Parcel ${n}`, status: 'todo' }));
  const order = await titlesToDo(house);
  const [first = '', second = ''] = order;
  const last = order.at(-1) ?? '';
  await open(page, 'board');
  const todo = column(page, 'To do');
  const drawn = page.getByRole('row');
  await expect(todo.getByRole('heading')).toContainText('1,000');
  await expect(card(todo, named(first))).toBeInViewport();
  expect(await drawn.count()).toBeLessThan(rowsDrawnAtMost);

  await scrollUntil(todo.locator('[data-scroll]'), 'down', card(todo, named(last)));
  expect(await drawn.count()).toBeLessThan(rowsDrawnAtMost);
  await scrollUntil(todo.locator('[data-scroll]'), 'up', card(todo, named(first)));

  await card(todo, named(first)).focus();
  await page.keyboard.press('ArrowDown');
  await expect(card(todo, named(second))).toBeFocused();
  await page.keyboard.press('PageDown');
  await expect(card(todo, named(order[9] ?? ''))).toBeFocused();
  await page.keyboard.press('End');
  await expect(card(todo, named(last))).toBeFocused();
  await page.keyboard.press('ControlOrMeta+Shift+ArrowRight');
  await expect(card(column(page, 'Doing'), named(last))).toBeFocused();
  await expect(todo.getByRole('heading')).toContainText('999');
  await page.keyboard.press('z');
  await expect(todo.getByRole('heading')).toContainText('1,000');

  await page.getByRole('searchbox', { name: 'Filter todos' }).fill(order[700] ?? '');
  await expect(card(todo, named(order[700] ?? ''))).toBeInViewport();
  await expect(drawn).toHaveCount(1);
});

/** Does it for 0 … count - 1, a window of calls at a time. */
async function inParallel(count: number, act: (n: number) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < count; from += 50)
    await Promise.all(Array.from({ length: Math.min(50, count - from) }, (_, at) => act(from + at)));
}

const memories = (thousand: number) =>
  Array.from({ length: 1_000 }, (_, at) => {
    const n = thousand * 1_000 + at;
    return {
      content: `Shelf ${n} holds ${['ropes', 'lanterns', 'tents', 'maps'][n % 4]}`,
      created_at: new Date(Date.UTC(2026, 0, 1) + n * 60_000).toISOString(),
      sensitive: false,
    };
  });

async function titlesToDo(house: House): Promise<string[]> {
  const { columns } = await house.rest.boards.get({ id: 'main' });
  return columns.flatMap(({ status, tasks }) => (status === 'todo' ? tasks.map(({ title }) => title) : []));
}

const named = (title: string) => new RegExp(`^${title}$`);

/** Scrolls to one end after the other as more is read, or by steps, until what is wanted can be seen. */
async function scrollUntil(list: Locator, by: 'up' | 'down' | number, wanted: Locator): Promise<void> {
  await expect(async () => {
    await list.evaluate((box, to) => {
      if (typeof to === 'number') box.scrollBy(0, to);
      else box.scrollTo({ top: to === 'up' ? 0 : box.scrollHeight });
    }, by);
    await expect(wanted).toBeInViewport({ timeout: 100 });
    // Sixty pages are read on the way; how long that takes is the machine's affair, and the test's own limit is the end.
  }).toPass({ intervals: [50] });
}

/** Rows are measured as they come into view, so the end of a long list may move away once. */
async function pressUntilInView(page: Page, key: string, wanted: Locator): Promise<void> {
  await expect(async () => {
    await page.keyboard.press(key);
    await expect(wanted).toBeInViewport({ timeout: 500 });
  }).toPass();
}

/** Where it is once it has stopped moving. */
async function stillTop(of: Locator): Promise<number> {
  const top = async () => (await of.boundingBox())?.y ?? Number.NaN;
  let last = Number.NaN;
  await expect
    .poll(async () => {
      const before = last;
      last = await top();
      return before === last;
    })
    .toBe(true);
  return last;
}
