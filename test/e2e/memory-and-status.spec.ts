import { expect, test } from './support/fixtures.ts';
import { untilWorked } from './support/product.ts';
import { open } from './support/screens.ts';

test('what was said is found by its words, shows where it is from, is forgotten and comes back', async ({
  page,
  house,
}) => {
  await house.post({ sender_id: '老王', content: '备用钥匙在蓝色盒子里' });
  await house.post({ sender_id: 'ana', content: 'The contract is signed on Thursday' });
  await untilWorked(house.rest);
  await open(page, 'memory');
  await page.getByRole('searchbox').fill('钥匙');
  const row = page.getByRole('main').getByRole('listitem').filter({ hasText: '备用钥匙' });
  await expect(row).toBeVisible();
  await expect(row.locator('mark')).toContainText('钥匙');
  await expect(page.getByRole('main').getByRole('listitem').filter({ hasText: 'contract' })).toHaveCount(0);
  await row.getByRole('button').first().click();
  const inspector = page.getByRole('complementary');
  await expect(inspector).toContainText('老王');
  await inspector.getByRole('button', { name: 'Forget' }).click();
  await expect(page.getByRole('main').getByRole('listitem').filter({ hasText: '备用钥匙' })).toHaveCount(0);
  await page.getByRole('button', { name: /Undo/ }).first().click();
  await expect(page.getByRole('main').getByRole('listitem').filter({ hasText: '备用钥匙' })).toBeVisible();
});

test('the status screen says what runs, what waits and where the data lies', async ({ page, house }) => {
  await house.post({ sender_id: 'ana', content: 'hello' });
  await untilWorked(house.rest);
  await open(page, 'status');
  const main = page.getByRole('main');
  await expect(main).toContainText('/api/messages');
  await expect(main).toContainText((await house.rest.system.status()).data_folder);
});

test('what is remembered while another screen is open is there on the way back', async ({ page, house }) => {
  await open(page, 'memory');
  await expect(page.getByRole('heading', { name: 'Nothing remembered yet' })).toBeVisible();
  const bar = page.getByRole('navigation', { name: 'Main' });
  await bar.getByRole('link', { name: 'Chat' }).click();
  await house.post({ sender_id: 'ana', conversation_id: 'office', content: 'The ladder stands in the yard' });
  await untilWorked(house.rest);
  await expect(page.getByRole('button', { name: /office/ })).toBeVisible();
  await bar.getByRole('link', { name: 'Memory' }).click();
  await expect(page.getByRole('listitem').getByText('The ladder stands in the yard')).toBeVisible();
  await expect(page.getByText('1 memory', { exact: true })).toBeVisible();
});

for (const [language, words] of [
  ['en-US', /disk is full.*Free some space/],
  ['zh-CN', /磁盘已满.*请腾出空间/],
] as const) {
  test.describe(`in ${language}`, () => {
    test.use({ locale: language });

    test('the status screen says that the disk is full and what to do', async ({ page }) => {
      await page.routeWebSocket(/\/rpc$/, (socket) => {
        const server = socket.connectToServer();
        server.onMessage((frame) =>
          socket.send(typeof frame === 'string' ? frame.replace('"trouble":null', '"trouble":"STORE_FULL"') : frame),
        );
      });
      await open(page, 'status');
      await expect(page.getByRole('main').getByRole('alert')).toContainText(words);
    });
  });
}
