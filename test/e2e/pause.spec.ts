import { expectAccessible } from './support/accessible.ts';
import { expect, test } from './support/fixtures.ts';
import { say } from './support/screens.ts';

test('a person pauses, sees that messages wait, and resumes', async ({ page, house }) => {
  await page.goto('/#/chat');
  await page.getByRole('button', { name: 'Settings' }).click();
  const pause = page.getByRole('region', { name: 'Pause' });
  await expectAccessible(page, 'settings with the pause', '[role=dialog]');
  await pause.getByRole('button', { name: 'Until I resume' }).click();
  await expect(pause.getByRole('button', { name: 'Resume' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(pause).toHaveCount(0);

  const bar = page.getByRole('contentinfo', { name: 'Status bar' });
  await expect(bar.getByText('Paused', { exact: true })).toBeVisible();
  await expectAccessible(page, 'the paused status bar');
  await say(page, 'Please send the report to Ana by Friday 3pm');
  await expect.poll(async () => (await house.rest.system.status()).queue.queued).toBe(1);
  await expect(page.getByRole('group', { name: /^Suggested todo: .*report/i })).toHaveCount(0);

  await bar.getByRole('button', { name: 'Resume' }).click();
  await expect(page.getByRole('group', { name: /^Suggested todo: .*report/i })).toBeVisible();
  await expect(bar.getByText('Paused', { exact: true })).toHaveCount(0);
});

test('an hour says when it ends, in Chinese', async ({ page, house }) => {
  await page.addInitScript(() =>
    localStorage.setItem('clawdbot.preferences', JSON.stringify({ theme: 'dark', language: 'zh-CN' })),
  );
  await house.rest.system.pause({ seconds: 3600 });
  await page.goto('/#/chat');
  const bar = page.getByRole('contentinfo', { name: '状态栏' });
  await expect(bar.getByText(/^暂停至 \S/)).toBeVisible();
  await page.screenshot({ path: 'test-results/paused-zh-dark.png' });
});
