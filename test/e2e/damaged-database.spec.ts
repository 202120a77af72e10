import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expectAccessible } from './support/accessible.ts';
import { expect, test } from './support/fixtures.ts';
import type { House } from './support/product.ts';
import { open } from './support/screens.ts';

/** Writes over the page an index begins with, as a disk does that goes bad, and starts the product over it. */
async function damage(house: House): Promise<void> {
  for (const content of ['请在周五之前发送报告', 'The router password is on the box']) {
    await house.post({ sender_id: 'ana', content });
  }
  const { data_folder } = await house.rest.system.status();
  await house.stop();
  const file = join(data_folder, 'memory.db');
  const db = new Database(file, { readonly: true });
  const page = db
    .prepare<[], number>("SELECT rootpage FROM sqlite_schema WHERE name = 'messages_by_conversation'")
    .pluck()
    .get();
  db.close();
  if (page === undefined) throw new Error('the index is not there');
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, Buffer.alloc(4096, 9), 0, 4096, (page - 1) * 4096);
  closeSync(descriptor);
  await house.startAgain();
}

const said = {
  'en-US': { bar: 'The database was damaged', screen: 'a new one took its place' },
  'zh-CN': { bar: '数据库曾损坏', screen: '已由新的数据库代替' },
} as const;

for (const [locale, { bar, screen }] of Object.entries(said)) {
  test.describe(locale, () => {
    test.use({ locale });

    test('a salvaged database is told in the bar and on the status screen, with its report', async ({
      page,
      house,
    }) => {
      await damage(house);
      await open(page, 'status');
      await expect(page.getByRole('contentinfo')).toContainText(bar);
      const main = page.getByRole('main');
      await expect(main).toContainText(screen);
      await expect(main).toContainText('report.txt');
      await expectAccessible(page, `the notice in ${locale}`);
      await page.setViewportSize({ width: 360, height: 720 });
      await expect(main.getByText(screen)).toBeVisible();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    });
  });
}
