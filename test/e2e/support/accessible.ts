import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];

/** Holds what the page, or one part of it, shows now to WCAG 2.2 A and AA and to axe's best practices. */
export async function expectAccessible(page: Page, what: string, part = 'html'): Promise<void> {
  await untilStill(page);
  const { violations, passes } = await new AxeBuilder({ page }).include(part).withTags(tags).analyze();
  const found = violations.map(({ id, help, nodes }) => ({
    rule: `${id}: ${help}`,
    where: nodes.slice(0, 4).map((node) => `${node.html.slice(0, 200)} — ${node.failureSummary ?? ''}`),
  }));
  expect.soft(found, `axe on ${what}`).toEqual([]);
  expect(passes.length, `rules that axe applied to ${what}`).toBeGreaterThan(10);
}

/** Colours are wrong in the middle of a transition. */
const untilStill = (page: Page) =>
  page.evaluate(async () => {
    await Promise.allSettled(
      document
        .getAnimations()
        .filter((animation) => animation.effect?.getComputedTiming().iterations !== Number.POSITIVE_INFINITY)
        .map((animation) => animation.finished),
    );
  });
