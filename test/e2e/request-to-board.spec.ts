import { expect, test } from './support/fixtures.ts';
import { card, column, open, pressUntilFocused, say } from './support/screens.ts';

const languages = [
  {
    locale: 'en-US',
    request: 'Remind me to send the report to Mei tomorrow at 3pm',
    suggestion: /^Suggested todo: .*send the report to Mei/i,
    title: /send the report to Mei/i,
    todo: 'To do',
    onBoard: 'On the board: To do',
    toBoard: 'todos',
  },
  {
    locale: 'zh-CN',
    request: '提醒我明天下午三点把报告发给老王',
    suggestion: /^建议的待办：.*报告发给老王/,
    title: /报告发给老王/,
    todo: '待做',
    onBoard: '已在看板：待做',
    toBoard: '待办',
  },
];

for (const { locale, request, suggestion, title, todo, onBoard, toBoard } of languages) {
  test.describe(`in ${locale}`, () => {
    test.use({ locale });

    test('a request typed in the chat becomes a card in To do by keyboard alone and is there after a restart', async ({
      page,
      house,
      watch,
    }) => {
      watch.expect(/ERR_CONNECTION_REFUSED|WebSocket connection/);
      await open(page, 'chat');
      await page.keyboard.type(request);
      await page.keyboard.press('Enter');

      const suggested = page.getByRole('group', { name: suggestion });
      await expect(suggested).toBeVisible();
      await pressUntilFocused(page, 'Shift+Tab', suggested);
      await page.keyboard.press('Enter');
      await expect(page.getByText(onBoard)).toBeVisible();
      await expect(suggested).toHaveCount(0);

      await page.keyboard.press('Control+k');
      await expect(page.getByRole('dialog').getByRole('searchbox')).toBeFocused();
      await page.keyboard.type(toBoard);
      await page.keyboard.press('Enter');
      await expect(card(column(page, todo), title)).toBeVisible();

      await house.stop();
      await house.startAgain();
      await page.reload();
      await expect(card(column(page, todo), title)).toBeVisible();
      const { items } = await house.rest.tasks.list({});
      expect(items.map((task) => [task.status, title.test(task.title)])).toEqual([['todo', true]]);
    });
  });
}

test('a suggestion in the chat is dismissed with Backspace and edited with E', async ({ page, house }) => {
  await open(page, 'chat');
  await say(page, 'Please remind me to water the plants tomorrow');
  const plants = page.getByRole('group', { name: /^Suggested todo: .*water the plants/i });
  await plants.focus();
  await page.keyboard.press('Backspace');
  await expect(page.getByText('Not a todo', { exact: true })).toBeVisible();
  await expect.poll(async () => (await house.rest.tasks.list({})).items.length).toBe(0);

  await say(page, 'Please remind me to call the bank on Friday');
  await page.getByRole('group', { name: /^Suggested todo: .*call the bank/i }).focus();
  await page.keyboard.press('e');
  await expect(page.getByRole('complementary', { name: 'Todo' }).getByRole('textbox', { name: 'Title' })).toHaveValue(
    /call the bank/i,
  );
});

test('an answer to a suggestion is taken back where it was given', async ({ page, house }) => {
  await open(page, 'chat');
  await say(page, 'Remind me to water the plants tomorrow at 9am');
  const suggestion = page.getByRole('group', { name: /^Suggested todo: / });
  await suggestion.getByRole('button', { name: 'Not a todo' }).click();
  await expect(suggestion).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(suggestion).toBeVisible();
  await suggestion.getByRole('button', { name: 'Add todo' }).click();
  await expect(page.getByText('On the board: To do')).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(suggestion).toBeVisible();
  const { items } = await house.rest.tasks.list({ limit: 50 });
  expect(items.map(({ status }) => status)).toEqual(['suggested']);
});
