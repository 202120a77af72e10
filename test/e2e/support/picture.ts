import type { Page, TestInfo } from '@playwright/test';

/** A picture for people to look at: attached to the report and kept in test-results/pictures. */
export async function takePicture(page: Page, info: TestInfo, name: string): Promise<void> {
  const body = await page.screenshot({ path: `test-results/pictures/${name}.png` });
  await info.attach(name, { body, contentType: 'image/png' });
}
