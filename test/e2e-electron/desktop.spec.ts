import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, expect, test } from '@playwright/test';
import { findDesktop, reasons, thisDesktop } from '../../scripts/desktop.ts';

const root = join(import.meta.dirname, '../..');
const desktop = findDesktop(thisDesktop());
const why = 'why' in desktop ? reasons[desktop.why].en : null;

test.skip(why !== null, why ?? '');

let folder: string;
let app: ElectronApplication;

test.beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clawdbot-e2e-'));
  app = await launch();
});
test.afterEach(async () => {
  await app.close();
  rmSync(folder, { recursive: true, force: true });
});

function launch(...words: string[]): Promise<ElectronApplication> {
  if (!('program' in desktop)) throw new Error('there is no Electron here');
  return _electron.launch({
    executablePath: desktop.program,
    args: [root, '--data', join(folder, 'data'), '--port', '0', '--lang=en-US', ...words],
    env: { ...definedEnv(), XDG_CONFIG_HOME: join(folder, 'config'), LANGUAGE: 'en' },
  });
}

const definedEnv = (): Record<string, string> =>
  Object.fromEntries(Object.entries(process.env).filter((pair): pair is [string, string] => pair[1] !== undefined));

test('a request typed into the window becomes a todo on the board', async () => {
  const page = await app.firstWindow();
  await page.getByRole('textbox', { name: 'Message' }).fill('Please send the report to Ana by Friday 3pm');
  await page.getByRole('textbox', { name: 'Message' }).press('Enter');
  await expect(page.getByRole('group', { name: /^Suggested todo: .*report/i })).toBeVisible();
  await page.getByRole('link', { name: /^Todos/ }).click();
  await expect(page.getByRole('row', { name: /report/ })).toBeVisible();
});

test('the page has no Node, one function of ours, and nowhere else to go', async () => {
  const page = await app.firstWindow();
  const seen = await page.evaluate(() => ({
    require: typeof Reflect.get(globalThis, 'require'),
    process: typeof Reflect.get(globalThis, 'process'),
    bridge: Object.keys(Object(Reflect.get(window, 'clawdbot'))),
    origin: location.origin,
    opened: window.open('https://example.com/') === null,
  }));
  expect(seen).toEqual({
    require: 'undefined',
    process: 'undefined',
    bridge: ['connect'],
    origin: 'app://clawdbot',
    opened: true,
  });
  const fetched = await page.evaluate(() =>
    fetch('https://example.com/').then(
      () => 'loaded',
      () => 'refused',
    ),
  );
  expect(fetched).toBe('refused');
});

test('a second start with a link opens the board in the first window', async () => {
  const page = await app.firstWindow();
  await expect(page.getByRole('textbox', { name: 'Message' })).toBeVisible();
  const second = await launch('clawdbot://board').catch(() => null);
  await expect(page.getByRole('heading', { level: 1, name: 'Todos' })).toBeVisible();
  await second?.close();
});

test('the tray chat shares the conversation, can be pinned and hides with Escape', async () => {
  const page = await app.firstWindow();
  await page.getByRole('textbox', { name: 'Message' }).fill('The spare key is in the blue box');
  await page.getByRole('textbox', { name: 'Message' }).press('Enter');
  await expect(page.getByRole('article', { name: 'Clawdbot' })).toBeVisible();

  const opening = app.waitForEvent('window');
  const second = await launch('--toggle').catch(() => null);
  const chat = await opening;
  await expect(chat.getByText('The spare key is in the blue box', { exact: true })).toBeVisible();
  await chat.getByRole('button', { name: 'Keep in view' }).click();
  await expect(chat.getByRole('button', { name: 'Hide when I go elsewhere' })).toBeVisible();
  await chat.keyboard.press('Escape');
  await expect
    .poll(() =>
      app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().filter((each) => each.isVisible()).length),
    )
    .toBe(1);
  await second?.close();
});

test('ends in order, and finds everything again', async () => {
  const page = await app.firstWindow();
  await page.getByRole('textbox', { name: 'Message' }).fill('Remind me to feed the cat tomorrow');
  await page.getByRole('textbox', { name: 'Message' }).press('Enter');
  await expect(page.getByRole('group', { name: /^Suggested todo: .*feed the cat/i })).toBeVisible();
  const ended = new Promise((resolve) => app.process().once('exit', resolve));
  await app.evaluate(({ app: program }) => program.quit());
  expect(await ended).toBe(0);
  app = await launch();
  await expect(
    (await app.firstWindow()).getByRole('group', { name: /^Suggested todo: .*feed the cat/i }),
  ).toBeVisible();
});
