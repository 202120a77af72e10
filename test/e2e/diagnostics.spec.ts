import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { readZip } from '../../src-main/core/foundation/archive/index.ts';
import { expectAccessible } from './support/accessible.ts';
import { expect, test } from './support/fixtures.ts';
import { open } from './support/screens.ts';

const limits = { entries: 20, totalBytes: 8_000_000, entryBytes: 4_000_000, ratio: 1_000, timeoutMs: 10_000 };

async function namesIn(path: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of readZip(await readFile(path), limits)) names.push(name);
  return names;
}

const listed = (page: Page, contents: string) =>
  page
    .getByRole('dialog')
    .getByRole('list', { name: contents })
    .getByRole('listitem')
    .locator('code')
    .allTextContents();

test('a diagnostics bundle is listed before it is saved, by keyboard alone', async ({ page }) => {
  await open(page, 'status');
  const button = page.getByRole('button', { name: 'Save a diagnostics bundle…' });
  await button.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'Diagnostics bundle' })).toBeVisible();
  await expectAccessible(page, 'the contents of a bundle');
  const names = await listed(page, 'Contents of the bundle');
  expect(names).toEqual(['about.json', 'configuration.json', 'checks.json', 'status.json', 'log.jsonl']);

  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(button).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true })).toBeFocused();
  const download = page.waitForEvent('download');
  await page.keyboard.press('Enter');
  const saved = await download;
  expect(saved.suggestedFilename()).toMatch(/^clawdbot-diagnostics-\d{4}-\d\d-\d\d\.zip$/);
  expect(await namesIn(await saved.path())).toEqual(names);
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test.describe('in Chinese, at night, on a narrow screen', () => {
  test.use({ locale: 'zh-CN', colorScheme: 'dark', viewport: { width: 390, height: 800 } });

  test('it says the same', async ({ page }) => {
    await open(page, 'status');
    await page.getByRole('button', { name: '保存诊断包…' }).click();
    await expect(page.getByRole('dialog', { name: '诊断包' })).toBeVisible();
    expect(await listed(page, '诊断包的内容')).toHaveLength(5);
    await expectAccessible(page, 'the contents of a bundle in Chinese');
  });
});
