import { expect, test } from './support/fixtures.ts';
import { announced, card, column, inspector, open, pressUntilFocused } from './support/screens.ts';

const message = '小王你好，会议改到下周了。请在明天下午三点前把发票寄给财务部的小李，谢谢！';
const title = /发票寄给财务部的小李/;

test.use({ locale: 'zh-CN' });

test('a signed message in Chinese appears on the open board without reload and is accepted by keyboard', async ({
  page,
  house,
}) => {
  await open(page, 'board');
  await expect(page.getByText('还没有待办')).toBeVisible();
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));

  await house.post({ sender_id: '老王', conversation_id: '财务群', content: message });

  const suggested = card(column(page, '建议'), title);
  await expect(suggested).toBeVisible();
  await expect(page.getByRole('link', { name: '待办 1 条建议' })).toBeVisible();
  await pressUntilFocused(page, 'Tab', suggested);
  await page.keyboard.press('Enter');

  const accepted = card(column(page, '待做'), title);
  await expect(accepted).toBeFocused();
  await expect(announced(page)).toHaveText(/已放下 .*发票寄给财务部的小李。待做，第 1 张，共 1 张/);
  await expect.poll(async () => (await house.rest.tasks.list({ status: 'todo' })).items.length).toBe(1);
  expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true);
});

test('a card shows the words that made it inside the message, and leads to the conversation', async ({
  page,
  house,
}) => {
  const id = await house.post({ sender_id: '老王', conversation_id: '财务群', content: message });
  await open(page, 'board');
  await card(column(page, '建议'), title).focus();
  await page.keyboard.press('u');

  const source = inspector(page).getByRole('region', { name: '来源' }).first();
  await expect(source.getByRole('blockquote')).toHaveText(message);
  await expect(source.locator('mark')).toHaveText(/发票寄给财务部的小李/);
  await expect(source).toContainText('webhook · 老王');

  const link = source.getByRole('link', { name: '打开对话' });
  await expect(link).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: '财务群' })).toBeVisible();
  await expect(page).toHaveURL(new RegExp(`message=${id}`));
  await expect(page.getByRole('article', { name: '老王' }).getByText(message)).toBeInViewport();
  await expect(page.getByText('此对话在另一个渠道进行')).toBeVisible();
});

test('a message shows how it got from received to sent', async ({ page, house }) => {
  await house.post({ sender_id: '老王', conversation_id: '财务群', content: message });
  await open(page, 'chat');
  await page
    .getByRole('navigation', { name: '对话' })
    .getByRole('button', { name: /财务群/ })
    .click();
  await page
    .getByRole('article', { name: '老王' })
    .getByRole('button', { name: /显示时间线/ })
    .click();
  const timeline = page.getByRole('dialog', { name: '时间线' });
  await expect(timeline.getByRole('listitem')).toContainText(['已收到', '已保存']);
});
