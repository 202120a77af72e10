import { expect, type Page } from '@playwright/test';

/**
 * Holds that the page does not scroll sideways, and that every control in `within` can be reached and shows its whole name.
 * A long list measures its rows a frame after they changed, so a fault counts when it stays.
 */
export async function expectFits(page: Page, what: string, within = 'body'): Promise<void> {
  await expect
    .configure({ soft: true })
    .poll(() => layoutProblems(page, within), { message: `layout of ${what}`, timeout: 10_000 })
    .toEqual([]);
}

function layoutProblems(page: Page, within: string): Promise<string[]> {
  return page.evaluate((scope) => {
    const problems: string[] = [];
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) problems.push(`the page is ${root.scrollWidth} wide`);

    const controls = 'button, a[href], input:not([type="checkbox"]), textarea, [role="menuitem"], [role="radio"]';
    for (const control of document.querySelectorAll<HTMLElement>(`${scope} :is(${controls})`)) {
      const { width, height } = control.getBoundingClientRect();
      const { visibility } = getComputedStyle(control);
      // What only a screen reader has is not drawn.
      if (width <= 2 || height <= 2 || visibility === 'hidden' || control.matches('.sr-only')) continue;
      control.scrollIntoView({ block: 'center', inline: 'center' });
      const name = `${control.tagName.toLowerCase()} "${(control.getAttribute('aria-label') ?? control.innerText).slice(0, 40)}"`;
      const box = control.getBoundingClientRect();
      if (box.left < -1 || box.right > innerWidth + 1) problems.push(`${name} stands outside the window`);
      const hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
      if (!hit || !(control.contains(hit) || hit.contains(control) || hit.closest('label')?.contains(control)))
        problems.push(`${name} is covered by ${hit?.outerHTML.slice(0, 80)}`);
      const isField = control.matches('input, textarea');
      const isShortened = control.querySelector('.truncate, .sr-only, [class*="line-clamp"]') !== null;
      if (!isField && !isShortened && control.scrollWidth > control.clientWidth + 1)
        problems.push(`${name} is cut off`);
      const card = control.closest<HTMLElement>('.card, .float')?.getBoundingClientRect();
      if (card && (box.left < card.left - 1 || box.right > card.right + 1)) problems.push(`${name} leaves its card`);
    }
    return problems;
  }, within);
}

/** Makes every name of a control and every heading 40 % longer, as a translation may. */
export async function lengthenTexts(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const element of document.querySelectorAll('button, a, label, h1, h2, h3, th, dt, [role="menuitem"]')) {
      const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const text = node.nodeValue?.trim() ?? '';
        if (/\p{L}{2}/u.test(text) && !node.parentElement?.closest('[data-longer], kbd, code')) {
          node.nodeValue = `${text}${text.slice(0, Math.ceil(text.length * 0.4))}`;
          node.parentElement?.setAttribute('data-longer', '');
        }
      }
    }
  });
}
