import { expect, type Locator, type Page } from '@playwright/test';

export const screens = {
  chat: '/#/chat',
  board: '/#/todos',
  memory: '/#/memory',
  status: '/#/status',
  devices: '/#/settings/devices',
} as const;
export type Screen = keyof typeof screens;

export const columnNames = {
  en: ['Suggested', 'To do', 'Doing', 'Waiting', 'Done'],
  zh: ['建议', '待做', '进行中', '等待中', '已完成'],
} as const;

/** Opens a screen and waits until it shows what the product holds. */
export async function open(page: Page, screen: Screen): Promise<void> {
  await page.goto(screens[screen]);
  await expect(page.getByRole('main').getByRole('heading', { level: 1 })).toBeVisible();
  await expect(page.getByRole('status', { name: /Loading|加载/ })).toHaveCount(0);
}

export const composer = (page: Page): Locator => page.getByRole('textbox', { name: /^(Message|消息)$/ });

/** Types and sends as a person does. */
export async function say(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press('Enter');
}

export const column = (page: Page, name: string): Locator => page.getByRole('region', { name, exact: true });

export const card = (within: Page | Locator, title: string | RegExp): Locator =>
  within.getByRole('row', { name: title });

export const inspector = (page: Page): Locator =>
  page.getByRole('complementary', { name: /^(Todo|待办|Memory|记忆)$/ });

/** The titles of a column from top to bottom. */
export const titlesIn = (page: Page, name: string): Promise<(string | null)[]> =>
  column(page, name)
    .getByRole('row')
    .evaluateAll((rows) => rows.map((row) => row.getAttribute('aria-label')));

/** Presses a key until what is wanted has the focus. */
export async function pressUntilFocused(page: Page, key: string, wanted: Locator, atMost = 40): Promise<void> {
  for (let presses = 0; presses < atMost; presses++) {
    if (await isFocused(wanted)) return;
    await page.keyboard.press(key);
  }
  await expect(wanted, `reached with ${key} in ${atMost} presses`).toBeFocused();
}

const isFocused = async (wanted: Locator) =>
  (await wanted.count()) === 1 && (await wanted.evaluate((element) => element === document.activeElement));

/** What a screen reader was told last. */
export const announced = (page: Page): Locator => page.locator('[data-announcer]');
