import type { Browser, Page } from '@playwright/test';
import { expectAccessible } from './support/accessible.ts';
import { expect, test } from './support/fixtures.ts';
import { expectFits } from './support/layout.ts';
import { readQr } from './support/read-qr.ts';
import { announced, composer, open, pressUntilFocused } from './support/screens.ts';

const row = (page: Page, label: string) => page.getByRole('article', { name: label, exact: true });
const shownCode = (page: Page) => page.getByRole('dialog').getByRole('status');

/** From the dialog's first field to the code on the screen; answers the code. */
async function showCode(page: Page, { role, label }: { role: RegExp; label: string }): Promise<string> {
  await page.goto('/#/settings/devices?add=1');
  const dialog = page.getByRole('dialog');
  // The radio itself is for screen readers; a person presses what is drawn beside it.
  await dialog.locator('label').filter({ hasText: role }).click();
  await dialog.getByRole('textbox').fill(label);
  await dialog.getByRole('button', { name: /Show the code|显示配对码/ }).click();
  await expect(shownCode(page)).toHaveText(/^\w{4}-\w{4}$/);
  return (await shownCode(page).textContent()) ?? '';
}

/** Another device: nothing of the first browser is in it. */
async function newPhone(browser: Browser, options: { colorScheme?: 'light' | 'dark'; locale?: string } = {}) {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    locale: 'en-US',
    timezoneId: 'UTC',
    storageState: { cookies: [], origins: [] },
    ...options,
  });
  return context.newPage();
}

test.describe('behind a proxy', () => {
  // A name of a product that listens on this computer only is its proxy's.
  test.use({ config: { app: { allowed_hosts: ['desk.example'] } } });

  test('a phone is paired by the QR code, told of, listed, and signed out within a second when it is revoked', async ({
    page,
    house,
    browser,
  }) => {
    const code = await showCode(page, { role: /^Operator/, label: 'Kitchen phone' });
    const qr = page.getByRole('img', { name: /QR code/ });
    const read = readQr(await qr.screenshot());
    expect(read).toBe(`https://desk.example/#pair=${code}`);

    const phone = await newPhone(browser);
    await phone.goto(house.url + (read ?? '').replace('https://desk.example', ''));
    await expect(composer(phone)).toBeVisible();
    expect(phone.url()).not.toContain(code);
    expect(await phone.evaluate(() => JSON.stringify(history.state) + document.referrer)).not.toContain(code);

    await expect(page.getByRole('heading', { name: '“Kitchen phone” was paired just now' })).toBeFocused();
    await page.getByRole('button', { name: 'Done' }).click();
    const listed = row(page, 'Kitchen phone');
    await expect(listed).toContainText('Operator · paired with a code');
    await expect(listed).toContainText('in the interface · from this computer');
    await expect(listed).toContainText('Connected now');
    await expect(page.getByRole('article').filter({ hasText: 'This device' })).toHaveCount(1);

    await listed.getByRole('button', { name: 'Revoke “Kitchen phone”' }).click();
    await expect(listed.getByRole('group')).toContainText('this cannot be undone');
    await expect(listed.getByRole('button', { name: 'Cancel' })).toBeFocused();
    await listed.getByRole('button', { name: 'Revoke', exact: true }).click();
    await expect(phone.getByRole('alert').first()).toContainText('This device was revoked');
    await expect(phone.getByRole('alert').first()).toContainText('Settings › Devices');
    expect(await phone.evaluate(() => localStorage.getItem('clawdbot.token'))).toBeNull();
    await expect(listed).toHaveCount(0);
    await expect(announced(page)).toHaveText('“Kitchen phone” is revoked.');
    await expect(page.getByRole('heading', { name: 'Devices that are signed in' })).toBeFocused();

    const again = await showCode(page, { role: /^Viewer/, label: 'Kitchen phone' });
    await phone.getByRole('textbox', { name: 'Pairing code' }).fill(again);
    await phone.keyboard.press('Enter');
    await expect(phone.getByText('Your token may read but not change anything.')).toBeVisible();
    await phone.context().close();
  });

  test('nothing beside the code in such an address does anything', async ({ page, browser, house }) => {
    const code = await showCode(page, { role: /^Viewer/, label: 'Phone' });
    const phone = await newPhone(browser);
    const asked: string[] = [];
    phone.on('request', (request) => asked.push(request.url()));
    phone.on('websocket', (socket) => asked.push(socket.url()));
    const tail = '&gatewayUrl=wss://evil.example/&url=https://evil.example&token=x&api=//evil.example';
    await phone.goto(`${house.url}/#pair=${code}${tail}`);
    await expect(phone.getByText('Your token may read but not change anything.')).toBeVisible();
    const { host } = new URL(house.url);
    expect([...new Set(asked.map((url) => new URL(url).host))]).toEqual([host]);
    expect(asked.filter((url) => url.includes('evil'))).toEqual([]);

    const other = await newPhone(browser);
    await other.goto(`${house.url}/#pair=%E0%A4%A`);
    await expect(other.getByText('The code is wrong, used or too old.')).toBeVisible();
    await phone.context().close();
    await other.context().close();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const locale of ['en-US', 'zh-CN'] as const) {
      test.describe(`${colorScheme}, ${locale}`, () => {
        test.use({ colorScheme, locale });

        test('axe finds nothing while a device is added, and the QR code can be read', async ({ page, house }) => {
          test.setTimeout(120_000);
          await page.goto('/#/settings/devices?add=1');
          await expect(page.getByRole('radio')).toHaveCount(3);
          await expectAccessible(page, 'adding a device');
          const code = await showCode(page, { role: /^(Operator|操作者)/, label: 'tablet' });
          await expectAccessible(page, 'a code');
          expect(readQr(await page.getByRole('img', { name: code }).screenshot())).toContain(code);
          await house.rest.access.pair({ code, label: 'x' });
          await expect(page.getByRole('dialog').getByRole('heading', { name: /tablet/ })).toBeFocused();
          await expectAccessible(page, 'a device that was paired');
          await page.keyboard.press('Escape');
          await row(page, 'tablet').getByRole('button').last().click();
          await expectAccessible(page, 'the question before revoking');
        });
      });
    }
  }
});

test('out of the box it says that a phone cannot reach it and what to do, and shows no QR code into the void', async ({
  page,
  house,
}) => {
  await showCode(page, { role: /^Viewer/, label: 'Second browser' });
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('listens on this computer only, so a phone cannot reach it');
  await expect(dialog.getByRole('img')).toHaveCount(0);
  await expect(dialog).toContainText(house.url);
  await dialog.getByText('How to open it to a phone').click();
  await expect(dialog).toContainText('admin_allow');
  await expect(dialog).toContainText('mkcert');
});

test('a code that is cancelled or replaced pairs nobody, and one that ran out says so', async ({
  page,
  house,
  watch,
}) => {
  watch.expect(/status of 401/);
  const pair = (code: string) =>
    house.rest.access.pair({ code, label: 'x' }).then(
      () => 'paired',
      (error: { code: string }) => error.code,
    );
  await page.clock.install();
  const cancelled = await showCode(page, { role: /^Viewer/, label: 'Phone' });
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect.poll(() => pair(cancelled)).toBe('PAIRING_CODE_INVALID');

  const replaced = await showCode(page, { role: /^Viewer/, label: 'Phone' });
  await page.getByRole('button', { name: 'New code' }).click();
  await expect(shownCode(page)).not.toHaveText(replaced);
  await expect.poll(() => pair(replaced)).toBe('PAIRING_CODE_INVALID');

  await page.clock.fastForward(61_000);
  await expect(page.getByText('This code has expired. Nobody used it.')).toBeVisible();
  await page.getByRole('button', { name: 'New code' }).click();
  await expect(page.getByRole('timer')).toContainText('Works once');
});

test('by keyboard alone a device is renamed, kept after all, and revoked', async ({ page, house }) => {
  await house.rest.access.createToken({ role: 'viewer', label: 'wall' });
  await open(page, 'chat');
  await pressUntilFocused(page, 'Tab', page.getByRole('button', { name: 'Settings' }), 80);
  await page.keyboard.press('Enter');
  await pressUntilFocused(page, 'Tab', page.getByRole('button', { name: 'Devices' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Devices' })).toBeVisible();

  await pressUntilFocused(page, 'Tab', page.getByRole('button', { name: 'Rename “wall”' }), 80);
  await page.keyboard.press('Enter');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('Hall display');
  await page.keyboard.press('Enter');
  await expect(row(page, 'Hall display')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Rename “Hall display”' })).toBeFocused();

  const revoke = page.getByRole('button', { name: 'Revoke “Hall display”' });
  await pressUntilFocused(page, 'Tab', revoke);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await expect(revoke).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(row(page, 'Hall display')).toHaveCount(0);
  await page.getByText('1 that ended').click();
  await expect(page.getByText('Hall display · Viewer · revoked')).toBeVisible();
});

test('revoking all others leaves this one signed in and nobody else', async ({ page, house, browser }) => {
  const { token } = await house.rest.access.createToken({ role: 'operator', label: 'laptop' });
  await house.rest.access.createToken({ role: 'viewer', label: 'script' });
  const laptop = await newPhone(browser);
  await laptop.goto(house.url);
  await laptop.evaluate((value) => localStorage.setItem('clawdbot.token', value), token);
  await laptop.reload();
  await expect(composer(laptop)).toBeVisible();

  await open(page, 'devices');
  await page.getByRole('button', { name: 'Revoke all others' }).click();
  await expect(page.getByRole('group')).toContainText('Revoke all 2 other devices?');
  await page.getByRole('group').getByRole('button', { name: 'Revoke all others' }).click();
  await expect(laptop.getByRole('alert').first()).toContainText('This device was revoked');
  await expect(page.getByRole('heading', { name: 'No other device yet' })).toBeVisible();
  await expect(page.getByRole('article')).toHaveCount(1);
  await laptop.context().close();
});

test('who is no admin is told so and offered nothing', async ({ page, house }) => {
  const { token } = await house.rest.access.createToken({ role: 'operator', label: 'laptop' });
  await open(page, 'chat');
  await page.evaluate((value) => localStorage.setItem('clawdbot.token', value), token);
  await page.goto('/#/settings/devices?add=1');
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Devices are kept by an admin' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Add a device' })).toHaveCount(0);
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('the list and the last use are there after a restart', async ({ house }) => {
  const { id } = await house.rest.access.createToken({ role: 'viewer', label: 'wall' });
  const { code } = await house.rest.access.createPairingCode({ role: 'operator', label: 'Phone' });
  const { token } = await house.rest.access.pair({ code, label: 'x' });
  await fetch(`${house.url}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } });
  const before = (await house.rest.access.listTokens()).items;
  expect(before.find(({ label }) => label === 'Phone')?.last_used).toMatchObject({ way: 'rest', from: 'this_machine' });

  await house.stop();
  await house.startAgain();

  const after = (await house.rest.access.listTokens()).items;
  for (const label of ['wall', 'Phone'])
    expect(after.find((device) => device.label === label)).toEqual(before.find((device) => device.label === label));
  expect(after.find((device) => device.id === id)?.last_used).toBeNull();
});

test.describe('a phone held upright, 320 × 640', () => {
  test.use({ viewport: { width: 320, height: 640 }, config: { app: { allowed_hosts: ['desk.example'] } } });

  test('adding a device fits', async ({ page }) => {
    await showCode(page, { role: /^Admin/, label: 'A phone with quite a long name of its own' });
    await expectFits(page, 'a code', '[role="dialog"]');
    await expect(page.getByRole('img', { name: /QR code/ })).toBeInViewport();
  });
});
