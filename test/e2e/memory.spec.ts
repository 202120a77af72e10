import { readFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';
import { expectAccessible } from './support/accessible.ts';
import { expect, test } from './support/fixtures.ts';
import { expectFits } from './support/layout.ts';
import { type House, untilWorked } from './support/product.ts';
import { announced, inspector, open, pressUntilFocused } from './support/screens.ts';

const rows = (page: Page): Locator => page.getByRole('main').getByRole('listitem');
const row = (page: Page, text: string): Locator => rows(page).filter({ hasText: text });
const button = (page: Page, text: string): Locator => row(page, text).getByRole('button');
const searchField = (page: Page): Locator => page.getByRole('searchbox', { name: /Search memory|搜索记忆/ });
const dialog = (page: Page): Locator => page.getByRole('dialog');

/** A filter of the bar, chosen as a person does. */
async function choose(page: Page, filter: string, choice: string): Promise<void> {
  await page.getByRole('group', { name: 'Filters' }).getByRole('button', { name: filter }).click();
  await page.getByRole('option', { name: choice, exact: true }).click();
}

async function fill({ rest }: House): Promise<void> {
  await rest.memories.createBatch({
    items: [
      {
        content: 'The ladder stands in the yard',
        sender_id: 'ana',
        platform: 'mail',
        created_at: '2026-01-05T09:00:00Z',
      },
      { content: '梯子借给了老王', sender_id: 'li', platform: 'telegram', created_at: '2026-02-10T09:00:00Z' },
      { content: 'The alarm code is 4711', sender_id: 'ana', created_at: '2026-03-01T09:00:00Z', sensitive: true },
      { content: 'Ladders are checked each spring', subject: 'ana', created_at: '2026-03-02T09:00:00Z' },
    ],
  });
}

test('a memory is found, looked at, corrected, kept out of answers, forgotten and brought back, all by keyboard', async ({
  page,
  house,
}) => {
  await house.post({ sender_id: '老王', content: 'The spare key is in the red box' });
  await untilWorked(house.rest);
  await house.rest.chat.send({ content: 'Where is the spare key?', external_id: 'q' });
  await untilWorked(house.rest);
  await open(page, 'memory');

  await page.keyboard.press('/');
  await expect(searchField(page)).toBeFocused();
  await page.keyboard.type('spare key');
  await expect(row(page, 'red box').locator('mark').first()).toBeVisible();
  await expect(row(page, 'red box')).toContainText('words');
  await page.keyboard.press('ArrowDown');
  await pressUntilFocused(page, 'ArrowDown', button(page, 'red box'));
  await page.keyboard.press('Enter');
  await expect(inspector(page)).toContainText('老王');
  await expect(inspector(page).getByRole('link', { name: 'Open conversation' })).toBeVisible();
  await pressUntilFocused(page, 'Tab', inspector(page).getByRole('button', { name: '1 answer' }));
  await page.keyboard.press('Enter');
  await expect(inspector(page).getByRole('list', { name: 'Answers that quote it' })).toContainText(
    'Where is the spare key?',
  );

  await page.keyboard.press('e');
  const words = page.getByRole('textbox', { name: 'What should be remembered?' });
  await expect(words).toBeFocused();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('The spare key is in the blue box');
  await page.keyboard.press('ControlOrMeta+Enter');
  await expect(announced(page)).toContainText('Changed');
  await expect(row(page, 'blue box')).toBeVisible();
  await expect(inspector(page).getByRole('button', { name: 'Edit' })).toBeFocused();

  await page.keyboard.press('x');
  await expect(inspector(page).getByRole('button', { name: 'Do not use' })).toHaveAttribute('aria-pressed', 'true');
  await expect(row(page, 'blue box')).toContainText('Not used in answers');
  await page.keyboard.press('p');
  await expect(inspector(page).getByRole('button', { name: 'Pin' })).toHaveAttribute('aria-pressed', 'true');

  await page.keyboard.press('#');
  await expect(row(page, 'blue box')).toHaveCount(0);
  await expect(inspector(page)).toHaveCount(0);
  await expect(button(page, 'Where is the spare key?')).toBeFocused();
  await page.keyboard.press('z');
  await expect(row(page, 'blue box')).toBeVisible();
  for (let step = 0; step < 3; step++) {
    await page.keyboard.press('z');
    await expect(announced(page)).toContainText('Undone');
  }
  await expect(row(page, 'red box')).toBeVisible();
  await expect(row(page, 'red box')).not.toContainText('Not used');
  expect((await house.rest.memories.search({ query: 'spare key' })).results[0]).toMatchObject({
    content: 'The spare key is in the red box',
    pinned: false,
    never_use: false,
  });
});

test('filters and the time line narrow the list and a search, stand in the address, and are cleared at once', async ({
  page,
  house,
}) => {
  await fill(house);
  await open(page, 'memory');
  await expect(rows(page)).toHaveCount(4);
  await choose(page, 'Person', 'ana');
  await expect(rows(page)).toHaveCount(3);
  await choose(page, 'Kind', 'Note');
  await choose(page, 'Marked', 'Sensitive');
  await expect(rows(page)).toHaveCount(1);
  await expect(row(page, 'alarm code')).toBeVisible();
  expect(page.url()).toContain('person=ana');
  await page.reload();
  await expect(rows(page)).toHaveCount(1);
  await page.getByRole('button', { name: 'Clear the filters' }).click();
  await expect(rows(page)).toHaveCount(4);

  await searchField(page).fill('ladder');
  await expect(row(page, 'yard')).toBeVisible();
  await choose(page, 'Platform', 'mail');
  await expect(rows(page)).toHaveCount(1);
  await page.getByRole('button', { name: 'Clear the filters' }).click();
  await searchField(page).fill('');

  const line = page.getByRole('radiogroup', { name: 'Time line' }).or(page.getByRole('toolbar', { name: 'Time line' }));
  await line.locator(':is([role="radio"], button)').filter({ hasText: 'Feb' }).click();
  await expect(rows(page)).toHaveCount(1);
  await expect(row(page, '梯子')).toBeVisible();
  await line.locator(':is([role="radio"], button)').filter({ hasText: 'Feb' }).click();
  await expect(rows(page)).toHaveCount(4);

  const id = (await house.rest.memories.list({ q: 'alarm' })).items[0]?.id ?? '';
  await house.rest.memories.forget({ id });
  await choose(page, 'Marked', 'Forgotten');
  await expect(row(page, 'alarm code')).toBeVisible();
  await searchField(page).fill('4711');
  await expect(rows(page)).toHaveCount(1);
  await button(page, 'alarm code').click();
  await inspector(page).getByRole('button', { name: 'Bring back' }).click();
  await expect(rows(page)).toHaveCount(0);
  expect((await house.rest.memories.get({ id })).forgotten_at).toBeNull();
  await choose(page, 'Person', 'li');
  await expect(page.getByRole('heading', { name: 'No memory matches' })).toBeVisible();
});

const file = (lines: readonly string[], name = 'from-elsewhere.jsonl') => ({
  name,
  mimeType: 'application/json',
  buffer: Buffer.from(lines.join('\n')),
});

test('a file is looked through first, comes in after a yes, is taken back and brought back', async ({
  page,
  house,
}) => {
  await fill(house);
  await open(page, 'memory');
  await page.getByRole('button', { name: 'Import and export' }).click();
  await dialog(page)
    .locator('input[type=file]')
    .setInputFiles(
      file(['{"content":"Imported one"}', '{"content":"导入第二条"}', 'no json', '{"title":"Water the plants"}']),
    );
  await expect(dialog(page).getByRole('heading', { name: 'What from-elsewhere.jsonl would bring' })).toBeVisible();
  await expect(dialog(page)).toContainText('Taken for an export of Clawdbot');
  await dialog(page).getByText('1 line cannot be read and stays out').click();
  await expect(dialog(page)).toContainText('Line 3: no JSON that can be read');
  expect((await house.rest.memories.list({ q: 'Imported' })).items).toEqual([]);
  await expectAccessible(page, 'an import that waits for a yes', '[role="dialog"]');

  await dialog(page).getByRole('button', { name: 'Bring in 3 records' }).click();
  await expect(dialog(page).getByRole('heading', { name: 'from-elsewhere.jsonl is in' })).toBeVisible();
  await dialog(page).getByRole('button', { name: 'Take back from-elsewhere.jsonl' }).click();
  await expect(announced(page)).toContainText('Took back');
  expect((await house.rest.memories.list({ q: 'Imported' })).items).toEqual([]);
  await dialog(page).getByRole('button', { name: 'Bring back from-elsewhere.jsonl' }).click();
  await expect(dialog(page).getByRole('button', { name: 'Take back from-elsewhere.jsonl' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toHaveCount(0);
  await button(page, 'Imported one').click();
  await expect(inspector(page)).toContainText('from-elsewhere.jsonl');
});

test('what cannot be imported says why and what to do, and one that is declined leaves nothing', async ({
  page,
  house,
}) => {
  await page.goto('/#/memory?panel=transfer');
  const choice = dialog(page).locator('input[type=file]');
  await choice.setInputFiles({
    name: 'picture.png',
    mimeType: 'image/png',
    buffer: Buffer.from([0x89, 0x50, 0, 1, 2]),
  });
  await expect(dialog(page)).toContainText('This is no file that can be imported. Choose another one.');
  await dialog(page).getByRole('button', { name: 'Do not import' }).click();
  await choice.setInputFiles({ name: 'empty.jsonl', mimeType: 'application/json', buffer: Buffer.alloc(0) });
  await expect(dialog(page).getByRole('alert')).toContainText('The file is empty');
  await choice.setInputFiles(file(['{"content":"never kept"}']));
  await dialog(page).getByRole('button', { name: 'Do not import' }).click();
  await expect(dialog(page).getByRole('button', { name: 'Choose a file…' })).toBeVisible();
  expect((await house.rest.memories.list({})).items).toEqual([]);
});

test('everything is saved in one file that comes in again', async ({ page, house }) => {
  await fill(house);
  await page.goto('/#/memory?panel=transfer');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    dialog(page).getByRole('button', { name: 'Save the file' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^clawdbot-\d{4}-\d{2}-\d{2}\.jsonl$/);
  const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { content: string }).content)).toContain('梯子借给了老王');
  await expect(dialog(page)).toContainText('Saved 4 memories and 0 todos.');
});

test('figures count by person, and a person leads to the memories', async ({ page, house }) => {
  await fill(house);
  await open(page, 'memory');
  await page.getByRole('button', { name: 'Statistics' }).click();
  await expect(dialog(page).getByRole('listitem').filter({ hasText: 'ana' })).toContainText('3');
  await dialog(page).getByRole('button', { name: 'Show the memories of ana' }).click();
  await expect(dialog(page)).toHaveCount(0);
  await expect(rows(page)).toHaveCount(3);
});

test('the key of sensitive memories is changed after it was asked once more, and they stay readable', async ({
  page,
  house,
}) => {
  await fill(house);
  await open(page, 'memory');
  await page.getByRole('button', { name: 'Statistics' }).click();
  const key = dialog(page).getByRole('region', { name: 'Key of sensitive memories' });
  await expect(key).toContainText('Kept with the secrets of this computer');
  await key.getByRole('button', { name: 'Change the key' }).click();
  await expect(key.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await expectAccessible(page, 'key', '[role="dialog"]');
  await key.getByRole('button', { name: 'Change the key' }).click();
  await expect(announced(page)).toContainText('There is a new key');
  await expect.poll(async () => (await house.rest.memories.key()).sealing).toBe(false);
  expect(await house.rest.memories.key()).toMatchObject({ version: 2, state: 'open' });
  await expect(key).not.toContainText('being sealed');
  await page.keyboard.press('Escape');
  await expect(row(page, 'alarm code')).toBeVisible();
});

test('a viewer looks at everything and changes nothing', async ({ page, house }) => {
  await fill(house);
  const { token } = await house.rest.access.createToken({ role: 'viewer', label: 'look', ttl_seconds: 600 });
  await page.addInitScript((given) => localStorage.setItem('clawdbot.token', given), token);
  await open(page, 'memory');
  await button(page, 'alarm code').click();
  await expect(inspector(page)).toContainText('Sensitive');
  for (const name of ['Edit', 'Pin', 'Do not use', 'Forget'])
    await expect(page.getByRole('button', { name })).toHaveCount(0);
  await page.keyboard.press('#');
  await page.keyboard.press('n');
  await expect(dialog(page)).toHaveCount(0);
  await expect(row(page, 'alarm code')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Import and export' })).toHaveCount(0);
});

for (const [colorScheme, locale] of [
  ['light', 'en-US'],
  ['dark', 'zh-CN'],
] as const)
  test.describe(`${colorScheme}, ${locale}`, () => {
    test.use({ colorScheme, locale });

    test('axe finds nothing in any part of the screen, and all of it fits, narrow and wide', async ({
      page,
      house,
    }) => {
      test.setTimeout(180_000);
      await fill(house);
      await house.rest.memories.update({
        id: (await house.rest.memories.list({ q: 'alarm' })).items[0]?.id ?? '',
        pinned: true,
        never_use: true,
      });
      for (const width of [1280, 360]) {
        await page.setViewportSize({ width, height: 720 });
        for (const [what, address] of [
          ['the list', '/#/memory'],
          ['a search', '/#/memory?q=ladder'],
          ['nothing found', '/#/memory?q=zeppelin'],
          ['nothing forgotten', '/#/memory?mark=forgotten'],
          ['figures', '/#/memory?panel=statistics'],
          ['import and export', '/#/memory?panel=transfer'],
        ] as const) {
          await page.goto('about:blank');
          await page.goto(address);
          await expect(page.getByRole('status', { name: /Loading|加载/ })).toHaveCount(0);
          const part = address.includes('panel') ? '[role="dialog"]' : 'html';
          await expect(page.locator(part)).toBeVisible();
          await expectAccessible(page, `${what}, ${width}`, part);
          await expectFits(page, `${what}, ${width}`, part === 'html' ? 'body' : part);
        }
        await page.goto('about:blank');
        await page.goto('/#/memory');
        await button(page, 'alarm code').click();
        await expect(inspector(page)).toBeVisible();
        await expectAccessible(page, `the inspector, ${width}`);
        await expectFits(page, `the inspector, ${width}`, 'aside');
        await page.keyboard.press('e');
        await expectAccessible(page, `an edit, ${width}`);
        await expectFits(page, `an edit, ${width}`, 'aside');
      }
    });
  });
