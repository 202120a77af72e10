import { createServer } from 'node:net';
import { test as base, expect } from './support/fixtures.ts';
import { expectFits } from './support/layout.ts';
import { openHouse } from './support/product.ts';
import { open } from './support/screens.ts';

/** A product whose port for sockets somebody else has taken. */
const test = base.extend({
  house: async ({ config }, use) => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const house = await openHouse({ ...config, platforms: { socket: { port } } });
    await use(house);
    await house.close();
    other.close();
  },
});

const said = {
  'en-US': [
    /^Port \d+ is taken by \S+ \(process \d+\)\. WebSocket clients reach/,
    /Port \d+ is free: .*platforms\.socket\.port: \d+/,
  ],
  'zh-CN': [/^端口 \d+ 被 \S+（进程 \d+）占用。WebSocket 客户端/, /端口 \d+ 空闲：.*platforms\.socket\.port: \d+/],
} as const;

for (const [locale, sentences] of Object.entries(said)) {
  test.describe(locale, () => {
    test.use({ locale, viewport: { width: 360, height: 640 } });

    test('a taken port is said in the status, in the language of the page, with what to do instead', async ({
      page,
    }) => {
      await open(page, 'status');
      const warnings = page.getByRole('region', { name: /^(Warnings|警告)$/ }).getByRole('listitem');
      await expect(warnings).toHaveCount(1);
      for (const sentence of sentences) await expect(warnings).toHaveText(sentence);
      await expectFits(page, 'status with a notice');
    });
  });
}
