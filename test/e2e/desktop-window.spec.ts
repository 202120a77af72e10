import type { Page } from '@playwright/test';
import { expect, test } from './support/fixtures.ts';
import { composer, say } from './support/screens.ts';

/**
 * The page as a window of the desktop shell sees it: connected by a port that a bridge hands over. Here the bridge leads
 * to the product's own socket, and the shell's answers are written out.
 */
async function insideShell(page: Page, token: string, windowKind: 'main' | 'tray' = 'tray') {
  await page.addInitScript(
    ({ token: secret, kind }) => {
      const asked: string[] = [];
      const state = {
        window: kind,
        pinned: false,
        autostart: false,
        shortcut: { keys: 'Ctrl+Shift+K', state: 'refused' },
      };
      Object.assign(window, { asked });

      function answer(path: string, input: Record<string, unknown>): unknown {
        asked.push(`${path} ${JSON.stringify(input)}`);
        if (path.endsWith('/pin')) state.pinned = input['pinned'] === true;
        if (path.endsWith('/setAutostart')) state.autostart = input['on'] === true;
        return /state|pin|setAutostart/.test(path) ? state : undefined;
      }

      const clawdbot = {
        connect: (id: string) =>
          new Promise<void>((resolve, reject) => {
            const { port1, port2 } = new MessageChannel();
            const socket = new WebSocket(`ws://${location.host}/rpc`);
            socket.addEventListener('open', () => socket.send(JSON.stringify({ type: 'auth', token: secret })));
            socket.addEventListener('error', () => reject(new Error('STORE_UNAVAILABLE')));
            // Electron tells a page that the other end of its port is gone; a browser does not, so it is told here.
            let given: MessagePort | undefined;
            window.addEventListener('message', ({ data, ports }) => {
              if (data?.id === id) [given] = ports;
            });
            socket.addEventListener('close', () => given?.dispatchEvent(new Event('close')));
            socket.addEventListener('message', ({ data }) => {
              if (!String(data).includes('"type":"ready"')) return port1.postMessage(data);
              window.postMessage({ type: 'clawdbot:port', id }, location.origin, [port2]);
              resolve();
            });
            port1.addEventListener('message', ({ data }) => {
              const { i, p } = JSON.parse(data) as {
                i: string;
                p?: { u?: string; b?: { json?: Record<string, unknown> } };
              };
              if (!p?.u?.startsWith('/desktop/')) return socket.send(data);
              port1.postMessage(JSON.stringify({ i, p: { b: { json: answer(p.u, p.b?.json ?? {}) } } }));
            });
            port1.start();
          }),
      };
      Object.assign(window, { clawdbot });
    },
    { token, kind: windowKind },
  );
}

const asked = (page: Page) => page.evaluate(() => (window as unknown as { asked: string[] }).asked);

test.use({ signedIn: false });

test.describe('the tray chat', () => {
  test.use({ viewport: { width: 400, height: 600 } });

  test('talks in the same conversation, is pinned, and hides with Escape', async ({ page, house }) => {
    await insideShell(page, house.token);
    await page.goto('/#/tray');
    await say(page, 'Please send the report to Ana by Friday 3pm');
    await expect(page.getByRole('group', { name: /^Suggested todo: .*report/i })).toBeVisible();
    const { items } = await house.rest.conversations.messages({ id: 'chat:main', limit: 10 });
    expect(items.map(({ content }) => content)).toContain('Please send the report to Ana by Friday 3pm');

    await page.getByRole('button', { name: 'Keep in view' }).click();
    await expect(page.getByRole('button', { name: 'Hide when I go elsewhere' })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect.poll(() => asked(page)).toContain('/desktop/hide {}');
    await expect(page.getByRole('navigation')).toHaveCount(0);
  });

  test('opens what is looked at more closely in the main window, and stays a chat itself', async ({ page, house }) => {
    await insideShell(page, house.token);
    await page.goto('/#/tray');
    await page.getByRole('button', { name: 'Open in the main window' }).click();
    await expect.poll(() => asked(page)).toContain('/desktop/openMain {"screen":"conversation","id":"chat:main"}');
    await page.evaluate(() => (location.hash = '#/todos?task=t1'));
    await expect.poll(() => asked(page)).toContain('/desktop/openMain {"screen":"task","id":"t1"}');
    await expect(composer(page)).toBeVisible();
    expect(new URL(page.url()).hash).toBe('#/tray');
  });

  test('in a browser is a page like any other', async ({ page, house }) => {
    await page.addInitScript((token) => localStorage.setItem('clawdbot.token', token), house.token);
    await page.goto('/#/tray');
    await expect(composer(page)).toBeVisible();
    await expect(page.getByRole('button', { name: 'Keep in view' })).toHaveCount(0);
    await page.getByRole('button', { name: 'Open in the main window' }).click();
    await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible();
  });
});

test('a port that closes is asked for again, and what is typed meanwhile is sent once', async ({
  page,
  house,
  watch,
}) => {
  watch.expect(/ERR_CONNECTION_REFUSED|WebSocket connection to .* failed/);
  await insideShell(page, house.token, 'main');
  await page.goto('/#/chat');
  const bar = page.getByRole('contentinfo', { name: 'Status bar' });
  await expect(bar.getByRole('status')).toHaveText('Connected');
  await house.kill();
  await expect(bar.getByRole('status')).toHaveText('Reconnecting… your work is kept');
  await say(page, 'Remind me to feed the cat tomorrow');
  await house.startAgain();
  await expect(bar.getByRole('status')).toHaveText('Connected', { timeout: 20_000 });
  await expect(page.getByRole('group', { name: /^Suggested todo: .*feed the cat/i })).toBeVisible();
  const { items } = await house.rest.conversations.messages({ id: 'chat:main', limit: 50 });
  expect(items.filter(({ content }) => content === 'Remind me to feed the cat tomorrow')).toHaveLength(1);
});

test('the settings of the shell are among the others, and the look is passed on', async ({ page, house }) => {
  await insideShell(page, house.token, 'main');
  await page.goto('/#/chat');
  await page.getByRole('button', { name: 'Settings' }).click();
  await expect(page.getByText(/Ctrl\+Shift\+K for the quick chat are taken/)).toBeVisible();
  await page.getByRole('radiogroup', { name: 'Start when I log in' }).getByText('Yes').click();
  await expect.poll(() => asked(page)).toContain('/desktop/setAutostart {"on":true}');
  await page.getByRole('radiogroup', { name: 'Theme' }).getByText('Dark').click();
  await expect.poll(() => asked(page)).toContain('/desktop/look {"theme":"dark","language":"system"}');
  await expect(page.getByRole('button', { name: 'Sign out' })).toHaveCount(0);
});
