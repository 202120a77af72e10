import type { Page } from '@playwright/test';
import { expect, test } from './support/fixtures.ts';
import { startForPeople } from './support/product.ts';
import { composer, open, say } from './support/screens.ts';

const storedToken = (page: Page) => page.evaluate(() => localStorage.getItem('clawdbot.token'));
const heading = (page: Page) => page.getByRole('heading', { name: 'Sign in to Clawdbot' });

test.describe('a browser that was never here', () => {
  test.use({ signedIn: false });

  test('a wrong pairing code is answered with a plain sentence, and the field stays filled', async ({
    page,
    watch,
  }) => {
    watch.expect(/status of 40[13]/);
    await page.goto('/');
    const code = page.getByRole('textbox', { name: 'Pairing code' });
    await expect(code).toBeFocused();
    await code.fill('WRNG-CODE');
    await code.press('Enter');
    await expect(
      page.getByText(
        'The code is wrong, used or too old. Take a fresh one from where Clawdbot runs, or from Settings › Devices.',
      ),
    ).toBeVisible();
    await expect(code).toHaveValue('WRNG-CODE');
    await expect(code).toHaveAttribute('aria-invalid', 'true');
    expect(await storedToken(page)).toBeNull();
  });

  test('a pasted token opens the product and is remembered; a wrong one leads back with a sentence', async ({
    page,
    house,
  }) => {
    await page.goto('/');
    await page.getByRole('button', { name: 'Use a token instead' }).click();
    await page.getByLabel('Token', { exact: true }).fill('not.a.token');
    await page.keyboard.press('Enter');
    await expect(page.getByText('You were signed out: the token is not valid any more.')).toBeVisible();

    await page
      .getByLabel(/^Token$|^Pairing code$/)
      .first()
      .waitFor();
    if (await page.getByRole('button', { name: 'Use a token instead' }).isVisible())
      await page.getByRole('button', { name: 'Use a token instead' }).click();
    await page.getByLabel('Token', { exact: true }).fill(house.token);
    await page.keyboard.press('Enter');
    await expect(composer(page)).toBeVisible();
    await page.reload();
    await expect(composer(page)).toBeVisible();
  });

  test('a token in the address is refused or ignored, and never signs anybody in', async ({ page, house, watch }) => {
    watch.expect(/status of 400/);
    for (const address of [`/?token=${house.token}`, `/api/v1/tasks?token=${house.token}`])
      expect((await page.goto(address))?.status()).toBe(400);

    for (const address of [`/#token=${house.token}`, `/#/chat?token=${house.token}`]) {
      await page.goto(address);
      await expect(heading(page)).toBeVisible();
      expect(await storedToken(page)).toBeNull();
    }
  });

  test('a wrong code in the address is gone from it and explained', async ({ page, watch }) => {
    watch.expect(/status of 40[13]/);
    await page.goto('/#pair=WRNG-CODE');
    await expect(page.getByText('The code is wrong, used or too old.')).toBeVisible();
    expect(page.url()).not.toContain('WRNG');
  });
});

test('a token that is revoked while the page is open leads back to signing in at once, and signing in keeps what was unsent', async ({
  page,
  house,
}) => {
  await open(page, 'chat');
  await page.getByRole('textbox', { name: 'Message' }).fill('half a thought');
  const { token, id } = await house.rest.access.createToken({ role: 'operator', label: 'another browser' });
  await page.evaluate((value) => localStorage.setItem('clawdbot.token', value), token);
  await page.reload();
  await expect(page.getByText('Connected', { exact: true })).toBeVisible();

  await house.rest.access.revokeToken({ id });
  await expect(heading(page)).toBeVisible();
  await expect(page.getByText('This device was revoked, so it is signed out')).toBeVisible();
  expect(await storedToken(page)).toBeNull();

  await page.getByRole('button', { name: 'Use a token instead' }).click();
  await page.getByLabel('Token', { exact: true }).fill(house.token);
  await page.keyboard.press('Enter');
  await expect(composer(page)).toHaveValue('half a thought');
});

test('signing out forgets the token of this browser', async ({ page }) => {
  await open(page, 'chat');
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(heading(page)).toBeVisible();
  expect(await storedToken(page)).toBeNull();
});

test('a viewer reads everything and is offered nothing that writes', async ({ page, house }) => {
  await house.rest.tasks.create({ title: 'Only to look at', status: 'todo' });
  const { token } = await house.rest.access.createToken({ role: 'viewer', label: 'a screen on the wall' });
  await open(page, 'chat');
  await page.evaluate((value) => localStorage.setItem('clawdbot.token', value), token);
  await page.reload();
  await expect(page.getByText('Your token may read but not change anything.')).toBeVisible();
  await expect(composer(page)).toHaveCount(0);
  await open(page, 'board');
  const card = page.getByRole('row', { name: 'Only to look at' });
  await card.focus();
  await page.keyboard.press('#');
  await page.keyboard.press('Control+Shift+ArrowRight');
  await page.keyboard.press('n');
  await expect(page.getByRole('button', { name: 'Add a todo' })).toHaveCount(0);
  await expect(page.getByRole('dialog')).toHaveCount(0);
  const { items } = await house.rest.tasks.list({});
  expect(items.map(({ title, status }) => [title, status])).toEqual([['Only to look at', 'todo']]);
});

test.describe('the product as a person starts it', () => {
  test('the code it prints signs a browser in, once, and a code in the address is used up and gone', async ({
    browser,
  }) => {
    const product = await startForPeople();
    try {
      const first = await browser.newPage({ baseURL: product.url, locale: 'en-US' });
      await first.goto(`/#pair=${product.code}`);
      await expect(composer(first)).toBeVisible();
      expect(first.url()).not.toContain(product.code);
      expect(await first.evaluate(() => JSON.stringify(history.state) + document.referrer)).not.toContain(product.code);
      await say(first, '/help');
      await expect(first.getByRole('article', { name: 'Clawdbot' })).toContainText('/remember');

      const second = await browser.newPage({ baseURL: product.url, locale: 'en-US' });
      await second.goto('/');
      await second.getByRole('textbox', { name: 'Pairing code' }).fill(product.code);
      await second.keyboard.press('Enter');
      await expect(second.getByText('The code is wrong, used or too old.')).toBeVisible();
      await first.close();
      await second.close();
    } finally {
      await product.close();
    }
  });

  test('the code may be typed in lower case and without its dash', async ({ browser }) => {
    const product = await startForPeople();
    try {
      const page = await browser.newPage({ baseURL: product.url, locale: 'en-US' });
      await page.goto('/');
      await page.getByRole('textbox', { name: 'Pairing code' }).fill(product.code.toLowerCase().replace('-', ''));
      await page.getByRole('button', { name: 'Sign in' }).click();
      await expect(composer(page)).toBeVisible();
      await page.close();
    } finally {
      await product.close();
    }
  });
});
