import { expect, test } from './support/fixtures.ts';
import { announced, card, column, open, titlesIn } from './support/screens.ts';

test.beforeEach(async ({ house }) => {
  for (const title of ['First', 'Second', 'Third']) await house.rest.tasks.create({ title, status: 'todo' });
});

test('a card moves between columns and within one by keys alone, is announced, keeps the focus, and moves back', async ({
  page,
}) => {
  await open(page, 'board');
  await card(column(page, 'To do'), /Second/).focus();
  await page.keyboard.press('ControlOrMeta+Shift+ArrowRight');
  await expect(card(column(page, 'Doing'), /Second/)).toBeFocused();
  await expect(announced(page)).toContainText(/Second.*Doing/);
  await page.keyboard.press('ControlOrMeta+z');
  await expect(card(column(page, 'To do'), /Second/)).toBeVisible();

  await card(column(page, 'To do'), /Third/).focus();
  await page.keyboard.press('ControlOrMeta+Shift+ArrowUp');
  await expect
    .poll(async () => (await titlesIn(page, 'To do')).map((title) => title?.split(/[,，]/)[0]))
    .toEqual(['First', 'Third', 'Second']);
});

test('the Move-to menu opens with m, and every way out of it leaves the focus on the card', async ({ page }) => {
  await open(page, 'board');
  const menu = page.getByRole('menu');
  await card(column(page, 'To do'), /First/).focus();
  await page.keyboard.press('m');
  await page.getByRole('menuitem', { name: 'Waiting' }).press('Enter');
  await expect(menu).toHaveCount(0);
  await expect(card(column(page, 'Waiting'), /First/)).toBeFocused();

  await card(column(page, 'To do'), /Second/).focus();
  await page.keyboard.press('m');
  await expect(page.getByRole('menuitem', { name: 'Suggested' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(menu).toHaveCount(0);
  await expect(card(column(page, 'To do'), /Second/)).toBeFocused();

  await page.getByRole('button', { name: 'Actions for “Third”' }).click();
  await page.getByRole('menuitem', { name: 'Done' }).click();
  await expect(card(column(page, 'Done'), /Third/)).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await expect(card(column(page, 'Waiting'), /First/)).toBeFocused();
});

for (const [way, keys] of [
  ['given up', ['Escape', 'ControlOrMeta+k']],
  ['used', ['Enter', 'ControlOrMeta+k']],
  ['left open', ['ControlOrMeta+k']],
] as const) {
  test(`the command palette takes what is typed right after the Move-to menu was ${way}`, async ({ page }) => {
    await open(page, 'board');
    await card(column(page, 'To do'), /First/).focus();
    await page.keyboard.press('m');
    await expect(page.getByRole('menuitem', { name: 'Suggested' })).toBeFocused();
    // Without a pause between them, as a hand that knows the keys presses them.
    await Promise.all(keys.map((key) => page.keyboard.press(key)));
    const field = page.getByRole('dialog', { name: 'Search and commands' }).getByRole('searchbox');
    await expect(field).toBeFocused();
    await page.keyboard.type('status');
    await expect(field).toHaveValue('status');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { level: 1, name: 'Status' })).toBeVisible();
  });
}

test('a card that is removed comes back with undo', async ({ page, house }) => {
  await open(page, 'board');
  await card(column(page, 'To do'), /First/).focus();
  await page.keyboard.press('#');
  await expect(card(page, /First/)).toHaveCount(0);
  await page.keyboard.press('z');
  await expect(card(column(page, 'To do'), /First/)).toBeVisible();
  expect((await house.rest.tasks.list({ limit: 50 })).items).toHaveLength(3);
});

test('a card is dragged to another column by pointer, and stays there after a reload', async ({ page }) => {
  await open(page, 'board');
  const from = await card(column(page, 'To do'), /Second/).boundingBox();
  const to = await column(page, 'Doing').boundingBox();
  if (!from || !to) throw new Error('nothing to drag');
  await page.mouse.move(from.x + 30, from.y + 10);
  await page.mouse.down();
  await page.mouse.move(to.x + 40, to.y + 80, { steps: 12 });
  await page.mouse.up();
  await expect(card(column(page, 'Doing'), /Second/)).toBeVisible();
  await page.reload();
  await expect(card(column(page, 'Doing'), /Second/)).toBeVisible();
});

test('n adds a todo in plain words, with its date read from them', async ({ page, house }) => {
  await open(page, 'board');
  await page.keyboard.press('n');
  await page.keyboard.type('Call the printer shop tomorrow at 3pm');
  await page.keyboard.press('Enter');
  await expect(card(column(page, 'To do'), /Call the printer shop/)).toBeVisible();
  const { items } = await house.rest.tasks.list({ limit: 50 });
  expect(items.find(({ title }) => title === 'Call the printer shop')).toMatchObject({ due_granularity: 'datetime' });
});
