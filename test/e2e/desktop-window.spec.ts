import type { Page } from '@playwright/test';
import type { DesktopState } from '../../src-shared/schema/desktop.ts';
import { expectAccessible } from './support/accessible.ts';
import { expect, test } from './support/fixtures.ts';
import { composer, say } from './support/screens.ts';

/**
 * The page as a window of the desktop shell sees it: connected by a port that a bridge hands over. Here the bridge leads
 * to the product's own socket, and the shell's answers are written out.
 */
async function insideShell(
  page: Page,
  token: string,
  windowKind: 'main' | 'tray' = 'tray',
  update: DesktopState['update'] = null,
) {
  await page.addInitScript(
    ({ token: secret, kind, update }) => {
      const asked: string[] = [];
      const state = {
        window: kind,
        pinned: false,
        autostart: false,
        shortcut: { keys: 'Ctrl+Shift+K', state: 'refused', usual: 'CommandOrControl+Shift+K' },
        update,
      };
      // What the shell does by itself, a test does here.
      Object.assign(window, { asked, shell: state });

      function answer(path: string, input: Record<string, unknown>): unknown {
        asked.push(`${path} ${JSON.stringify(input)}`);
        if (path.endsWith('/pin')) state.pinned = input['pinned'] === true;
        if (path.endsWith('/setAutostart')) state.autostart = input['on'] === true;
        if (path.endsWith('/setShortcut')) {
          const keys = input['keys'] as string;
          if (keys === 'Alt+T') return { accepted: false };
          Object.assign(state.shortcut, { keys, state: keys === null ? 'off' : 'on' });
          return { accepted: true };
        }
        if (path.endsWith('/downloadUpdate') && state.update) state.update = { ...state.update, step: 'downloading' };
        if (path.endsWith('/cancelUpdate') && state.update) state.update = { ...state.update, step: 'offered' };
        return /state|pin|setAutostart|[a-z]Update$/.test(path) ? state : undefined;
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
    { token, kind: windowKind, update },
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
  await page.waitForLoadState('networkidle');
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

/** The panel itself: around it stand the buttons that close it for a screen reader. */
const settings = '[role=dialog]';
type Update = NonNullable<DesktopState['update']>;

const offer: Update = {
  version: '0.1.0',
  step: 'offered',
  offered: { version: '0.2.0', notes: { en: 'Finds more todos.', 'zh-CN': '能发现更多待办。' } },
  progress: 0,
  problem: null,
  checked_at: '2026-11-25T08:00:00.000Z',
};

/** Something happens in the shell that fetches an update, and the window finds out. */
async function becomes(page: Page, change: Partial<Update>) {
  // What was pressed has to arrive first, or its answer would undo the change.
  const step = () => page.evaluate(() => (window as unknown as { shell: { update: Update } }).shell.update.step);
  await expect.poll(step).toBe('downloading');
  await page.evaluate((with_) => {
    const { shell } = window as unknown as { shell: { update: object } };
    shell.update = { ...shell.update, ...with_ };
  }, change);
}

test('a newer version is fetched, cancelled, read about and installed from the settings', async ({ page, house }) => {
  await insideShell(page, house.token, 'main', offer);
  await page.goto('/#/chat');
  await page.getByRole('button', { name: 'Settings' }).click();
  const updates = page.getByRole('region', { name: 'Updates' });
  await expect(updates.getByRole('status')).toHaveText('Version 0.2.0 is there');
  await updates.getByText('What is new').click();
  await expect(updates.getByText('Finds more todos.')).toBeVisible();
  await expectAccessible(page, 'settings with an update', settings);

  await updates.getByRole('button', { name: 'Fetch it' }).click();
  await becomes(page, { progress: 0.42 });
  await expect(updates.getByRole('progressbar', { name: 'Fetched' })).toHaveAttribute('aria-valuenow', '42');
  await updates.getByRole('button', { name: 'Cancel' }).click();
  await expect(updates.getByRole('status')).toHaveText('Version 0.2.0 is there');

  await updates.getByRole('button', { name: 'Fetch it' }).click();
  await becomes(page, { step: 'offered', problem: 'disk_full' });
  await expect(updates.getByText('The disk is full. Make room and try again.')).toBeVisible();
  await expectAccessible(page, 'settings with a failed update', settings);

  await updates.getByRole('button', { name: 'Fetch it' }).click();
  await becomes(page, { step: 'ready', progress: 1, problem: null });
  await updates.getByRole('button', { name: 'Restart to install' }).click();
  await expect
    .poll(() => asked(page))
    .toEqual(
      expect.arrayContaining(['/desktop/downloadUpdate {}', '/desktop/cancelUpdate {}', '/desktop/installUpdate {}']),
    );
});

test('the update settings speak Chinese, in the dark and in a narrow window', async ({ page, house }) => {
  await page.setViewportSize({ width: 480, height: 640 });
  await page.addInitScript(() =>
    localStorage.setItem('clawdbot.preferences', JSON.stringify({ theme: 'dark', language: 'zh-CN' })),
  );
  await insideShell(page, house.token, 'main', { ...offer, step: 'ready', progress: 1 });
  await page.goto('/#/chat');
  await page.getByRole('button', { name: '设置' }).click();
  const updates = page.getByRole('region', { name: '更新' });
  await expect(updates.getByRole('status')).toHaveText('版本 0.2.0 已就绪');
  await updates.getByText('更新内容').click();
  await expect(updates.getByText('能发现更多待办。')).toBeVisible();
  await expectAccessible(page, 'Chinese update settings', settings);
  await page.screenshot({ path: 'test-results/update-settings-zh-dark.png' });
});

test('the keys for the quick chat are chosen with the keyboard alone, and a refusal is told', async ({
  page,
  house,
}) => {
  await insideShell(page, house.token, 'main');
  await page.goto('/#/chat');
  await page.getByRole('button', { name: 'Settings' }).click();
  const keys = page.getByRole('region', { name: 'Quick chat from anywhere' });
  await keys.getByRole('button', { name: /^Keys: / }).focus();
  await page.keyboard.press('Enter');
  await expect(keys.getByRole('button', { name: 'Press the keys…' })).toBeFocused();
  await expectAccessible(page, 'settings that wait for keys', settings);
  await page.keyboard.press('k');
  await expect(keys.getByRole('status')).toHaveText('Hold Ctrl, ⌘ or Alt together with a key.');
  await page.keyboard.press('Alt+t');
  await expect(keys.getByRole('status')).toContainText('Alt + T belongs to another program');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await expect(keys.getByRole('button', { name: /^Keys: / })).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Control+Alt+j');
  await expect(keys.getByRole('button', { name: 'Keys: Ctrl + Alt + J. Press to choose others' })).toBeFocused();
  await expect(keys.getByRole('status')).toHaveText('It holds from now on.');
  await keys.getByRole('button', { name: 'None' }).click();
  await expect(keys.getByRole('button', { name: 'Keys: No keys. Press to choose others' })).toBeVisible();
  await keys.getByRole('button', { name: 'Use Ctrl + Shift + K' }).click();
  await expect(keys.getByRole('button', { name: 'Keys: Ctrl + Shift + K. Press to choose others' })).toBeVisible();
  const set = (value: string) => `/desktop/setShortcut {"keys":${value}}`;
  expect((await asked(page)).filter((line) => line.includes('setShortcut'))).toEqual([
    set('"Alt+T"'),
    set('"CommandOrControl+Alt+J"'),
    set('null'),
    set('"CommandOrControl+Shift+K"'),
  ]);
});
