import { expect, test } from './support/fixtures.ts';
import { announced, card, column, composer, open, pressUntilFocused, say } from './support/screens.ts';

const languages = [
  {
    locale: 'en-US',
    request: 'Remind me to send the report to Mei tomorrow at 3pm',
    suggestion: /^Suggested todo: .*send the report to Mei/i,
    title: /send the report to Mei/i,
    todo: 'To do',
    onBoard: 'On the board: To do',
    toBoard: 'todos',
    two: 'Please water the plants tomorrow. Please call the bank on Friday.',
    question: 'What is there to eat?',
    offer: /^Enter adds “Call the bank”/i,
    offerBefore: /^Enter adds “Water the plants”/i,
    sends: 'Enter sends, Shift+Enter starts a new line',
    keys: 'Enter adds, E edits, Backspace dismisses',
    added: /^Moved “Call the bank” to To do$/i,
    dismissed: /^Dismissed “Water the plants”$/i,
  },
  {
    locale: 'zh-CN',
    request: '提醒我明天下午三点把报告发给老王',
    suggestion: /^建议的待办：.*报告发给老王/,
    title: /报告发给老王/,
    todo: '待做',
    onBoard: '已在看板：待做',
    toBoard: '待办',
    two: '请明天给植物浇水。请周五给银行打电话。',
    question: '有什么可以吃的？',
    offer: /^回车添加“给银行打电话”/,
    offerBefore: /^回车添加“给植物浇水”/,
    sends: '回车发送，Shift+回车换行',
    keys: '回车添加，E 编辑，退格忽略',
    added: /^已将“给银行打电话”移到待做$/,
    dismissed: /^已忽略“给植物浇水”$/,
  },
];

for (const { locale, request, suggestion, title, todo, onBoard, toBoard, ...texts } of languages) {
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

    test('Enter in the empty message box adds what was suggested last, and only there the hint says so', async ({
      page,
      house,
    }) => {
      const added = async () =>
        (await house.rest.tasks.list({ limit: 50 })).items.filter(({ status }) => status === 'todo').length;
      await open(page, 'chat');
      await say(page, texts.two);
      const suggestions = page.getByRole('group', { name: /^(Suggested todo: |建议的待办：)/ });
      await expect(suggestions).toHaveCount(2);
      const hint = page.getByText(texts.offer).and(page.locator('form *'));
      await expect(hint).toBeVisible();
      await expect(announced(page)).toHaveText(texts.offer);

      await composer(page).fill('x');
      await expect(page.getByText(texts.sends)).toBeVisible();
      await composer(page).fill('');
      await page.getByRole('region', { name: /^(Messages|消息)$/ }).focus();
      await expect(page.getByText(texts.sends)).toBeVisible();
      await composer(page).focus();
      await expect(hint).toBeVisible();

      // A word chosen with Enter in an input method, a key held down and a line break add nothing.
      await composer(page).dispatchEvent('keydown', { key: 'Enter', isComposing: true });
      await composer(page).dispatchEvent('keydown', { key: 'Enter', keyCode: 229 });
      await composer(page).dispatchEvent('keydown', { key: 'Enter', repeat: true });
      await composer(page).dispatchEvent('keydown', { key: 'Enter', shiftKey: true });
      await expect(suggestions).toHaveCount(2);
      await page.keyboard.press('Enter');
      await expect(suggestions).toHaveCount(1);
      await expect(announced(page)).toHaveText(texts.added);
      await expect(composer(page)).toBeFocused();
      await expect.poll(added).toBe(1);

      await expect(page.getByText(texts.offerBefore).and(page.locator('form *'))).toBeVisible();
      await say(page, texts.question);
      await expect(page.getByRole('article')).toHaveCount(4);
      await expect(page.getByText(texts.sends)).toBeVisible();
      await page.keyboard.press('Enter');
      await page.keyboard.press('ArrowUp');
      await expect(composer(page)).toBeFocused();
      await expect(suggestions).toHaveCount(1);
      expect(await added()).toBe(1);
    });

    test('Arrow up goes from the empty message box to the card; answered there, the focus goes on to the next', async ({
      page,
    }) => {
      await open(page, 'chat');
      await say(page, texts.two);
      const suggestions = page.getByRole('group', { name: /^(Suggested todo: |建议的待办：)/ });
      await expect(page.getByText(texts.offer).and(page.locator('form *'))).toBeVisible();
      const keys = suggestions.getByText(texts.keys).filter({ visible: true });
      await expect(keys).toHaveCount(0);
      await page.keyboard.press('ArrowUp');
      await expect(suggestions.last()).toBeFocused();
      await expect(keys).toHaveCount(1);
      await expect(page.getByText(texts.sends)).toBeVisible();

      await pressUntilFocused(page, 'Shift+Tab', suggestions.first());
      await page.keyboard.press('Backspace');
      await expect(announced(page)).toHaveText(texts.dismissed);
      await expect(suggestions).toHaveCount(1);
      await expect(suggestions).toBeFocused();
      await page.keyboard.press('Enter');
      await expect(announced(page)).toHaveText(texts.added);
      await expect(suggestions).toHaveCount(0);
      await expect(composer(page)).toBeFocused();
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
  await expect(composer(page)).toBeFocused();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(composer(page)).toBeFocused();
  await expect(suggestion).toBeVisible();
  await suggestion.getByRole('button', { name: 'Add todo' }).click();
  await expect(page.getByText('On the board: To do')).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(suggestion).toBeVisible();
  const { items } = await house.rest.tasks.list({ limit: 50 });
  expect(items.map(({ status }) => status)).toEqual(['suggested']);
});
