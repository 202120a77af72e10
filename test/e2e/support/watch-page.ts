import type { BrowserContext, Page } from '@playwright/test';

export type PageWatch = ReturnType<typeof createPageWatch>;

/** Collects what must never happen on a page: errors, refusals of the content policy, calls to the outside. */
export function createPageWatch() {
  const problems: string[] = [];
  const expected: RegExp[] = [];

  return {
    /** For a test that provokes the failure itself, such as a killed product. */
    expect: (pattern: RegExp) => void expected.push(pattern),
    problems: () => problems.filter((problem) => !expected.some((pattern) => pattern.test(problem))),

    async follow(context: BrowserContext, ownOrigin: string) {
      const ownHost = new URL(ownOrigin).host;
      await context.exposeBinding('reportViolation', (_source, text: string) => void problems.push(text));
      await context.addInitScript(() => {
        const { reportViolation } = window as unknown as { reportViolation(text: string): void };
        document.addEventListener('securitypolicyviolation', (event) =>
          reportViolation(`content policy: ${event.violatedDirective} refused ${event.blockedURI}`),
        );
      });
      await context.route(
        (url) => url.host !== ownHost && url.protocol !== 'data:' && url.protocol !== 'blob:',
        async (route) => {
          problems.push(`call to the outside: ${route.request().url()}`);
          await route.abort();
        },
      );
      context.on('page', (page) => followPage(page, ownHost, problems));
    },
  };
}

function followPage(page: Page, ownHost: string, problems: string[]) {
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => problems.push(`uncaught: ${error.message}`));
  page.on('websocket', (socket) => {
    if (new URL(socket.url()).host !== ownHost) problems.push(`socket to the outside: ${socket.url()}`);
  });
  page.on('crash', () => problems.push('the page crashed'));
}
