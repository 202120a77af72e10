import { type DatabaseServer, type ServerKind, startDatabaseServer } from '../fakes/database-servers.ts';
import { expectAccessible } from './support/accessible.ts';
import { test as base, expect } from './support/fixtures.ts';
import { open, say } from './support/screens.ts';

let databases = 0;

/** A product that keeps everything on a PostgreSQL server. */
const test = base.extend<object, { kind: ServerKind; server: DatabaseServer | null }>({
  kind: ['postgresql', { scope: 'worker' }],
  server: [
    async ({ kind }, use) => {
      const server = await startDatabaseServer(kind);
      await use(server);
      await server?.stop();
    },
    { scope: 'worker' },
  ],
  config: async ({ kind, server }, use) => {
    await use(server ? { memory: { storage_type: kind, url: await server.create(`e${++databases}`) } } : {});
  },
});

const words = {
  'en-US': { kept: 'Kept on', away: 'takes nothing at present' },
  'zh-CN': { kept: '保存于', away: '目前无法写入' },
} as const;

for (const [locale, { kept, away }] of Object.entries(words)) {
  test.describe(locale, () => {
    test.use({ locale, colorScheme: locale === 'zh-CN' ? 'dark' : 'light' });

    test('says where everything is kept, that the server is away, and goes on when it is back', async ({
      page,
      server,
    }) => {
      if (process.env['CLAWDBOT_REQUIRE_SERVICES'] === '1') expect(server, 'PostgreSQL is required').not.toBeNull();
      test.skip(server === null, 'PostgreSQL is not installed');
      await open(page, 'status');
      const main = page.getByRole('main');
      await expect(main).toContainText(kept);
      await expect(main).toContainText('postgresql://127.0.0.1:');

      await server?.kill();
      await expect(main.getByRole('alert')).toContainText(away, { timeout: 40_000 });
      await expectAccessible(page, `a server that is away, in ${locale}`);
      await page.screenshot({ path: `test-results/server-away-${locale}.png`, fullPage: true });
      await page.setViewportSize({ width: 360, height: 720 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
      await page.screenshot({ path: `test-results/server-away-narrow-${locale}.png` });
      await page.setViewportSize({ width: 1100, height: 760 });

      await server?.start();
      await expect(main.getByRole('alert')).toHaveCount(0, { timeout: 40_000 });
      await open(page, 'chat');
      await say(page, 'Please send the report to Ana by Friday 3pm');
      await expect(page.getByRole('group', { name: /report/i })).toBeVisible();
    });
  });
}
