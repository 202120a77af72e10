import { expect, test } from './support/fixtures.ts';
import { card, column, open, say } from './support/screens.ts';

test('what is typed while the product is dead waits, is sent exactly once, and live updates come back', async ({
  page,
  house,
  watch,
}) => {
  watch.expect(/ERR_CONNECTION_REFUSED|WebSocket connection to .* failed/);
  await open(page, 'chat');
  await say(page, 'The spare key is in the blue box');
  await expect(page.getByRole('article', { name: 'Clawdbot' })).toBeVisible();

  await house.kill();
  const bar = page.getByRole('contentinfo', { name: 'Status bar' });
  await expect(bar.getByRole('status')).toHaveText('Reconnecting… your work is kept');
  await expect(page.getByRole('alert')).toHaveText('');

  await say(page, 'Remind me to feed the cat tomorrow');
  const unsent = page.getByRole('article', { name: 'You' }).filter({ hasText: 'feed the cat' });
  await expect(unsent).toContainText('Waiting');
  await expect(bar).toContainText('1 message waits to be sent');
  await expect(page.getByText('The spare key is in the blue box', { exact: true })).toBeVisible();

  await house.startAgain();
  await expect(bar.getByRole('status')).toHaveText('Connected', { timeout: 20_000 });
  await expect(page.getByRole('group', { name: /^Suggested todo: .*feed the cat/i })).toBeVisible();
  await expect(unsent).toHaveCount(1);
  await expect(unsent).not.toContainText('Waiting');
  const { items } = await house.rest.conversations.messages({ id: 'chat:main', limit: 50 });
  expect(items.filter((message) => message.content === 'Remind me to feed the cat tomorrow')).toHaveLength(1);

  await house.post({ sender_id: 'mei', conversation_id: 'office', content: 'Please send the invoice to Bo by Friday' });
  await page.getByRole('link', { name: /^Todos/ }).click();
  await expect(card(column(page, 'Suggested'), /invoice/)).toBeVisible();
});

test('while the product is dead nothing is told of it as if it were known', async ({ page, house, watch }) => {
  watch.expect(/ERR_CONNECTION_REFUSED|WebSocket connection to .* failed/);
  await house.rest.memories.create({ content: 'The spare key is in the blue box' });
  await open(page, 'memory');
  const bar = page.getByRole('contentinfo', { name: 'Status bar' });
  await expect(bar).toContainText('Nothing waits');
  await house.kill();
  await expect(bar.getByRole('status')).toHaveText('Reconnecting… your work is kept');
  await expect(bar).not.toContainText(/Nothing waits|channels ready/);
  await expect(page.getByText('What is shown was read before the connection was lost.')).toBeVisible();
  await expect(page.getByText('The spare key is in the blue box')).toBeVisible();

  await house.startAgain();
  await expect(bar).toContainText('Nothing waits', { timeout: 20_000 });
  await expect(page.getByText('What is shown was read before the connection was lost.')).toHaveCount(0);
});

test('screens, palette and help that nobody looked at yet open while the product is dead', async ({
  page,
  house,
  watch,
}) => {
  watch.expect(/ERR_CONNECTION_REFUSED|WebSocket connection to .* failed/);
  await open(page, 'chat');
  await page.waitForLoadState('networkidle');
  await house.kill();
  await expect(page.getByRole('contentinfo', { name: 'Status bar' }).getByRole('status')).toContainText('Reconnecting');

  for (const name of ['Todos', 'Memory', 'Status']) {
    await page.getByRole('link', { name: new RegExp(`^${name}`) }).click();
    await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  }
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('ControlOrMeta+k');
  await expect(page.getByRole('dialog')).toBeVisible();
  await house.startAgain();
});

test('what was typed while the product is dead survives a reload of the page after it is back', async ({
  page,
  house,
  watch,
}) => {
  watch.expect(/ERR_CONNECTION_REFUSED|WebSocket connection to .* failed/);
  await open(page, 'chat');
  await house.kill();
  await expect(page.getByText('Reconnecting… your work is kept')).toBeVisible();
  await say(page, 'first after the fall');
  await say(page, 'second after the fall');
  await page.getByRole('textbox', { name: 'Message' }).fill('a draft that is not sent yet');

  await house.startAgain();
  await page.reload();
  await expect(page.getByRole('article', { name: 'You' })).toHaveText([
    /first after the fall/,
    /second after the fall/,
  ]);
  await expect(page.getByRole('textbox', { name: 'Message' })).toHaveValue('a draft that is not sent yet');
  await expect
    .poll(async () => {
      const { items } = await house.rest.conversations.messages({ id: 'chat:main', limit: 50 });
      return items.filter((message) => message.direction === 'in').map((message) => message.content);
    })
    .toEqual(['second after the fall', 'first after the fall']);
});

test('a page opened before the product listens gets there by itself', async ({ page, house, watch }) => {
  watch.expect(/ERR_CONNECTION_REFUSED|WebSocket connection to .* failed/);
  await open(page, 'board');
  await house.stop();
  await expect(page.getByText('Reconnecting… your work is kept')).toBeVisible();
  await house.startAgain();
  await house.rest.tasks.create({ title: 'Written while the page was away' });
  await expect(card(page, 'Written while the page was away')).toBeVisible({ timeout: 20_000 });
});
