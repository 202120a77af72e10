import { test as base, expect } from '@playwright/test';
import { type House, openHouse } from './product.ts';
import { createPageWatch, type PageWatch } from './watch-page.ts';

interface Options {
  /** Laid over the tests' own configuration of the product. */
  config: Record<string, unknown>;
  /** Whether the browser holds the product's token when the page opens. */
  signedIn: boolean;
}

interface Fixtures {
  house: House;
  watch: PageWatch;
}

/** A product of its own for every test, and a browser in which nothing may go wrong unnoticed. */
export const test = base.extend<Options & Fixtures>({
  config: [{}, { option: true }],
  signedIn: [true, { option: true }],
  locale: 'en-US',
  timezoneId: 'UTC',
  colorScheme: 'light',

  house: async ({ config }, use) => {
    const house = await openHouse(config);
    await use(house);
    await house.close();
  },

  baseURL: async ({ house }, use) => use(house.url),

  storageState: async ({ house, signedIn }, use) => {
    const localStorage = signedIn ? [{ name: 'clawdbot.token', value: house.token }] : [];
    await use({ cookies: [], origins: [{ origin: house.url, localStorage }] });
  },

  watch: [
    async ({ context, house }, use) => {
      const watch = createPageWatch();
      await watch.follow(context, house.url);
      await use(watch);
      expect(watch.problems(), 'errors, refusals of the content policy and calls to the outside').toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };
