import { expectAccessible } from './support/accessible.ts';
import { expect, test } from './support/fixtures.ts';
import { type House, untilWorked } from './support/product.ts';

const told = 'The landlord wants the deposit of 900 euros before the first of March, or somebody else gets the flat';
const plan = '油漆工改到星期四了，因为走廊的墙还没干透，至少还要再等两天才能刷第二遍';

async function talk({ post, rest }: House): Promise<void> {
  const day = Date.UTC(2026, 0, 5, 9) / 1000;
  const said = ['Hi', 'Good morning', told, 'Ok', 'Thanks', plan, '好的', 'Fine', 'Sure', 'Bye'];
  for (const [at, content] of said.entries())
    await post({
      sender_id: at % 2 === 0 ? 'ana' : 'ben',
      conversation_id: 'flat',
      content,
      timestamp: day + at * 60,
      external_id: `t${at}`,
    });
  await untilWorked(rest);
}

for (const [colorScheme, locale] of [
  ['light', 'en-US'],
  ['dark', 'zh-CN'],
] as const) {
  test.describe(`${colorScheme}, ${locale}`, () => {
    test.use({ colorScheme, locale });

    test('what was talked about is told in the words of whoever said it, and leads there', async ({ page, house }) => {
      await talk(house);
      await page.goto('/#/chat?conversation=webhook:flat');
      await page.getByRole('button', { name: /What was talked about|聊了什么/ }).click();
      const dialog = page.getByRole('dialog');
      await expect(dialog.getByRole('listitem')).toHaveCount(2);
      await expect(dialog).toContainText(told);
      await expect(dialog).toContainText(plan);
      await expectAccessible(page, 'summary', '[role="dialog"]');
      await page.setViewportSize({ width: 360, height: 640 });
      await expectAccessible(page, 'summary', '[role="dialog"]');
      await dialog.getByRole('button', { name: /The landlord wants/ }).click();
      await expect(dialog).toHaveCount(0);
      await expect(page).toHaveURL(/message=/);
      await expect(page.getByRole('article').getByText(told)).toBeInViewport();
    });
  });
}

test('a conversation without a long talk says so', async ({ page, house }) => {
  await house.post({ sender_id: 'ana', conversation_id: 'flat', content: 'Just a word' });
  await untilWorked(house.rest);
  await page.goto('/#/chat?conversation=webhook:flat');
  await page.getByRole('button', { name: 'What was talked about' }).click();
  await expect(page.getByRole('dialog')).toContainText('No talk here is long enough to be summed up.');

  expect(await house.rest.conversations.summaries({ id: 'flat' })).toEqual({ items: [] });
  await expect(house.rest.conversations.summaries({ id: 'nowhere' })).rejects.toMatchObject({
    code: 'CONVERSATION_NOT_FOUND',
  });
});
