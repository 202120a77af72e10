import { expect, test } from './support/fixtures.ts';
import { open, type Screen, screens } from './support/screens.ts';

const names = Object.keys(screens) as Screen[];
/** Words of the English interface that are no names, file formats or keys. */
const english =
  /\b(Search|Todos?|Memory|Status|Settings|Add|Message|Suggested|Doing|Waiting|Connected|Queue|Loading|Nothing|Filter)\b/;
const han = /\p{Script=Han}/u;

async function visibleText(page: import('@playwright/test').Page): Promise<string> {
  return page.locator('body').innerText();
}

test.describe('a Chinese browser', () => {
  test.use({ locale: 'zh-CN' });

  test('shows every screen in Chinese', async ({ page }) => {
    for (const name of names) {
      await open(page, name);
      await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
      const text = await visibleText(page);
      expect(text, name).toMatch(han);
      expect(text.match(english)?.[0] ?? null, `English on ${name}`).toBeNull();
    }
  });
});

test('an English browser shows every screen in English, and a choice of language holds over a reload', async ({
  page,
}) => {
  for (const name of names) {
    await open(page, name);
    await expect(page.locator('html')).toHaveAttribute('lang', 'en');
    const text = (await visibleText(page)).replaceAll('中文', '');
    expect(text.match(han)?.[0] ?? null, `Chinese on ${name}`).toBeNull();
  }
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('radio', { name: '中文' }).click({ force: true });
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
  await expect(page.getByRole('navigation')).toContainText('待办');
});
