import type { Page } from '@playwright/test';
import { expect, test } from './support/fixtures.ts';
import { open, say } from './support/screens.ts';

test('the chat quotes its own words as yours and counts without the message that asks', async ({ page }) => {
  await open(page, 'chat');
  const messages = page.getByRole('region', { name: 'Messages' });
  await say(page, '/remember The spare key is in the blue box');
  await expect(messages.getByText(/^I will remember/)).toBeVisible();
  await say(page, 'Where is the spare key?');
  await expect(messages.getByText(/— you, .+, in this chat$/)).toBeVisible();
  await expect(messages.getByText('chat:main')).toHaveCount(0);
  await say(page, '/status');
  await expect(
    messages.getByText(/^3 messages received, 0 waiting, 0 set aside\. \d+ (memory|memories), 0 cards/),
  ).toBeVisible();
});

test('what clears a search has the colour of the page and not that of the browser', async ({ page }) => {
  await open(page, 'memory');
  const field = page.getByRole('searchbox');
  await field.fill('key');
  await field.hover();
  const box = await field.boundingBox();
  if (!box) throw new Error('the field is not shown');
  // Within the edge, which has the colour of the focus.
  const clip = { x: box.x + box.width - 32, y: box.y + 6, width: 26, height: box.height - 12 };
  const colours = await coloursOf(page, await page.screenshot({ clip }));
  expect(colours.contrast, 'something is drawn there').toBeGreaterThan(60);
  expect(colours.saturation, 'and it is as good as grey').toBeLessThan(20);
});

/** The span between dark and light, and the most that a pixel's red, green and blue are apart. */
const coloursOf = (page: Page, png: Buffer): Promise<{ contrast: number; saturation: number }> =>
  page.evaluate(
    async (bytes) => {
      const picture = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
      const canvas = new OffscreenCanvas(picture.width, picture.height);
      const context = canvas.getContext('2d');
      if (!context) throw new Error('there is nothing to draw on');
      context.drawImage(picture, 0, 0);
      const { data } = context.getImageData(0, 0, picture.width, picture.height);
      const pixels = Array.from({ length: data.length / 4 }, (_, at) => data.slice(at * 4, at * 4 + 3));
      const light = pixels.map((pixel) => Math.max(...pixel));
      return {
        contrast: Math.max(...light) - Math.min(...light),
        saturation: Math.max(...pixels.map((pixel) => Math.max(...pixel) - Math.min(...pixel))),
      };
    },
    [...png],
  );

test.describe('in a narrow window', () => {
  test.use({ viewport: { width: 360, height: 640 } });

  test('the list of shortcuts leaves its sentences more room than its keys', async ({ page }) => {
    await open(page, 'board');
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    const [left, right] = [help.getByText('Ctrl Shift ← →'), help.getByText('Move the card to the next column')];
    const [keys, sentence] = [await left.boundingBox(), await right.boundingBox()];
    if (!keys || !sentence) throw new Error('the help is not shown');
    expect(keys.x + keys.width).toBeLessThan(sentence.x);
    expect(sentence.width).toBeGreaterThan(sentence.x - keys.x);
  });
});
