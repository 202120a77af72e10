import type { Page } from '@playwright/test';
import { expect, test } from './support/fixtures.ts';
import { open, type Screen, screens } from './support/screens.ts';

const names = Object.keys(screens) as Screen[];
/** Words of the English interface that are no names, file formats or keys. */
const english =
  /\b(Search|Todos?|Memory|Status|Settings|Add|Message|Suggested|Doing|Waiting|Connected|Queue|Loading|Nothing|Filter)\b/;
const han = /\p{Script=Han}/u;

async function visibleText(page: Page): Promise<string> {
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

for (const locale of ['en-US', 'zh-CN'] as const) {
  test.describe(`an interface in ${locale}`, () => {
    test.use({ locale });

    test('writes what people wrote in the face of its own language, quotation marks included', async ({
      page,
      house,
    }) => {
      await house.rest.tasks.create({ title: 'She said “yes” — twice…', status: 'todo' });
      await house.rest.tasks.create({ title: '他说“好”——然后走了……', status: 'todo' });
      await open(page, 'board');
      const latin = await facesOf(page, 'She said “yes” — twice…');
      const chinese = await facesOf(page, '他说“好”——然后走了……');
      expect(latin, 'faces of the English sentence').toHaveLength(1);
      expect(chinese, 'faces of the Chinese sentence').toHaveLength(1);
      expect(latin).not.toEqual(chinese);
    });
  });
}

/** The families that the browser really took for a text. */
async function facesOf(page: Page, text: string): Promise<string[]> {
  const browser = await page.context().newCDPSession(page);
  await browser.send('DOM.enable');
  await browser.send('CSS.enable');
  await page.getByText(text, { exact: true }).evaluate((element) => element.setAttribute('data-measured', ''));
  const { root } = await browser.send('DOM.getDocument');
  const { nodeId } = await browser.send('DOM.querySelector', { nodeId: root.nodeId, selector: '[data-measured]' });
  const { fonts } = await browser.send('CSS.getPlatformFontsForNode', { nodeId });
  await page.getByText(text, { exact: true }).evaluate((element) => element.removeAttribute('data-measured'));
  await browser.detach();
  return fonts.map((font) => font.familyName);
}
