import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'rolldown';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { preload } from '../../rolldown.config.ts';
import { declarePageScheme, servePage } from '../../src-main/hosts/electron/page-protocol.ts';
import { openTestDesktop, settle } from '../fakes/electron/desktop.ts';
import { createFakeElectron } from '../fakes/electron/index.ts';

/** Electron's own list is docs/tutorial/security.md; a title names the item that it holds. */
const root = join(import.meta.dirname, '../..');
let opened: Awaited<ReturnType<typeof openTestDesktop>>;

beforeAll(async () => {
  opened = await openTestDesktop();
  opened.desktop.handle({ toggle: false, link: null });
  opened.desktop.handle({ toggle: true, link: null });
  await settle();
});

const both = () => {
  expect(opened.fake.windows).toHaveLength(2);
  return opened.fake.windows;
};

describe('every window', () => {
  test('is built with these preferences and no others, and is not shown before it has a page', () => {
    for (const { fakeOptions } of both()) {
      expect(fakeOptions.webPreferences).toEqual({
        preload: '/opt/Clawdbot/preload.cjs',
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webSecurity: true,
        allowRunningInsecureContent: false,
        experimentalFeatures: false,
        webviewTag: false,
        navigateOnDragDrop: false,
        spellcheck: false,
        devTools: false,
      });
      expect(fakeOptions.show).toBe(false);
    }
  });

  test.each<[item: number, what: string, preferences: Record<string, unknown>]>([
    [
      2,
      'no page has Node',
      { nodeIntegration: false, nodeIntegrationInWorker: false, nodeIntegrationInSubFrames: false },
    ],
    [3, 'page and preload script live in separate worlds', { contextIsolation: true }],
    [4, 'every page runs in the sandbox', { sandbox: true }],
    [6, 'web security stays on', { webSecurity: true }],
    [8, 'no insecure content is let in', { allowRunningInsecureContent: false }],
    [9, 'no experimental features', { experimentalFeatures: false }],
    [10, 'no Blink features are switched on', { enableBlinkFeatures: undefined }],
    [11, 'no webview that could open windows', { webviewTag: false }],
  ])('item %i: %s', (_item, _what, preferences) => {
    for (const { fakeOptions } of both())
      for (const [name, value] of Object.entries(preferences))
        expect(fakeOptions.webPreferences?.[name as keyof typeof fakeOptions.webPreferences], name).toBe(value);
  });

  test('item 1: only secure content is loaded', () => {
    const { defaultSession } = opened.fake;
    const refused = ['https://example.com/a.js', 'http://127.0.0.1:8000/', 'file:///etc/passwd', 'ws://example.com/'];
    for (const address of refused) expect(defaultSession.fakeLoads(address), address).toBe(false);
    for (const address of ['app://clawdbot/assets/a.js', 'blob:app://clawdbot/1', 'data:image/png;base64,AA'])
      expect(defaultSession.fakeLoads(address), address).toBe(true);
    expect(defaultSession.fakeLoads('app://clawdbot.example.com/')).toBe(false);
  });

  test('item 18: pages come from a scheme of our own', () => {
    for (const { fakeLoaded } of both()) {
      expect(fakeLoaded.length).toBeGreaterThan(0);
      for (const address of fakeLoaded) expect(address).toMatch(/^app:\/\/clawdbot\/#/);
    }
  });

  test('item 12: no webview is attached at all', () => {
    for (const { webContents } of both()) {
      let isPrevented = false;
      webContents.emit('will-attach-webview', { preventDefault: () => (isPrevented = true) }, {}, {});
      expect(isPrevented).toBe(true);
    }
  });

  test('item 13: no page leaves our own', () => {
    for (const { webContents } of both()) {
      for (const address of [
        'https://example.com/',
        'file:///etc/passwd',
        'app://other/',
        'javascript:alert(1)',
        'data:text/html,x',
      ]) {
        expect(webContents.fakeGoes(address), address).toBe(false);
        expect(webContents.fakeGoes(address, 'will-redirect'), address).toBe(false);
      }
      expect(webContents.fakeGoes('app://clawdbot/', 'will-frame-navigate')).toBe(false);
      expect(webContents.fakeGoes('app://clawdbot/#/todos')).toBe(true);
    }
  });

  test('item 14: no page opens a window', () => {
    for (const { webContents } of both())
      for (const address of ['app://clawdbot/', 'https://example.com/', 'about:blank'])
        expect(webContents.fakeOpens(address)).toBe('deny');
    expect(opened.fake.windows).toHaveLength(2);
  });
});

test('item 5: permissions are refused but for the clipboard of our own page', () => {
  const { defaultSession } = opened.fake;
  const own = 'app://clawdbot/';
  const asked = [
    'media',
    'geolocation',
    'notifications',
    'openExternal',
    'fileSystem',
    'clipboard-read',
    'display-capture',
    'unknown',
  ] as const;
  for (const permission of asked)
    expect(defaultSession.fakeGrants(permission, own), permission).toEqual({ asked: false, checked: false });
  expect(defaultSession.fakeGrants('clipboard-sanitized-write', own)).toEqual({ asked: true, checked: true });
  expect(defaultSession.fakeGrants('clipboard-sanitized-write', own, false)).toEqual({ asked: false, checked: false });
  expect(defaultSession.fakeGrants('clipboard-sanitized-write', 'https://example.com/')).toEqual({
    asked: false,
    checked: false,
  });
  expect(defaultSession.fakeGrantsDevice()).toBe(false);
  expect(defaultSession.fakeDownloads('https://example.com/a.exe')).toBe(false);
});

test('item 7: every answer carries the policy, and no address becomes a path', async () => {
  const fake = createFakeElectron();
  declarePageScheme(fake.modules);
  expect(fake.protocol.fakeSchemes).toEqual([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
  servePage(fake.modules, join(root, 'test/fixtures/interface'));

  const page = await fake.protocol.fakeFetch('app://clawdbot/');
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('<title>Clawdbot</title>');
  const policy = page.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self'");
  expect(policy).not.toMatch(/unsafe|\*|https?:/);
  expect(page.headers.get('x-content-type-options')).toBe('nosniff');

  const script = await fake.protocol.fakeFetch('app://clawdbot/assets/app-AbCdEfGh.js');
  expect(script.headers.get('content-type')).toContain('text/javascript');
  expect(script.headers.get('content-security-policy')).toBe(policy);

  for (const path of [
    '../package.json',
    '%2e%2e/%2e%2e/package.json',
    '..%5c..%5cpackage.json',
    'assets/',
    '/etc/passwd',
  ]) {
    const answer = await fake.protocol.fakeFetch(`app://clawdbot/${path}`);
    expect(answer.status, path).toBe(404);
    expect(answer.headers.get('content-security-policy')).toBe(policy);
  }
  expect((await fake.protocol.fakeFetch('app://elsewhere/')).status).toBe(404);
  expect((await fake.protocol.fakeFetch('app://clawdbot/', 'POST')).status).toBe(405);
});

test('item 15: an address is opened elsewhere only by its kind and after a question', async () => {
  const { fake, logs } = await openTestDesktop();
  const [, main] = [fake.windows, (await openMain(fake)).webContents];
  const openFromPage = async (address: string) => {
    main.fakeOpens(address);
    await settle();
  };

  for (const address of [
    'file:///etc/passwd',
    'smb://server/share',
    'http://example.com/',
    'javascript:alert(1)',
    'ms-msdt:/id',
    'clawdbot://chat',
    'https://bank.example@evil.example/',
    `https://example.com/${'a'.repeat(4000)}`,
  ])
    await openFromPage(address);
  expect(fake.dialog.fakeAsked).toEqual([]);
  expect(fake.shell.fakeOpened).toEqual([]);
  expect(JSON.stringify(logs)).not.toContain('passwd');

  await openFromPage('https://example.com/page');
  expect(fake.dialog.fakeAsked).toHaveLength(1);
  expect(fake.dialog.fakeAsked[0]).toMatchObject({ defaultId: 1, cancelId: 1 });
  expect(fake.dialog.fakeAsked[0]?.detail).toContain('example.com');
  expect(fake.shell.fakeOpened).toEqual([]);

  fake.dialog.fakeAnswer = 'Open';
  await openFromPage('https://example.com/page');
  await openFromPage('mailto:someone@example.com');
  expect(fake.shell.fakeOpened).toEqual(['https://example.com/page', 'mailto:someone@example.com']);

  async function openMain(electron: typeof fake) {
    electron.trays[0]?.fakeMenu?.fakeChoose('Open Clawdbot');
    await settle();
    const [window] = electron.windows;
    if (!window) throw new Error('no window opened');
    return window;
  }
});

test('item 16: Electron is a current one, by its exact version', async () => {
  const { devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  expect(devDependencies.electron).toMatch(/^4[5-9]\.\d+\.\d+$/);
});

test('item 17: one channel is served, and it knows its senders', async () => {
  const { fake } = opened;
  expect(fake.ipcMain.fakeChannels).toEqual(['clawdbot']);
  const [window] = fake.windows;
  const foreign = await fake.ipcMain.fakeInvoke(
    'clawdbot',
    { sender: {}, senderFrame: window?.webContents.mainFrame },
    { type: 'connect', id: 'a' },
  );
  expect(foreign).toEqual({ ok: false, code: 'FORBIDDEN' });
});

test('item 20: a page gets one function, and the preload script around it requires electron and nothing else', async () => {
  const bundle = await build({ ...preload, cwd: root, write: false });
  const code = bundle.output.map((part) => (part.type === 'chunk' ? part.code : '')).join('\n');
  expect([...code.matchAll(/require\(([^)]*)\)/g)].map(([, name]) => name)).toEqual(['"electron"']);
  expect(code.match(/exposeInMainWorld\(/g)).toHaveLength(1);
});

describe('item 19: fuses close what a packaged program does not need', () => {
  test.each([
    ['runAsNode', false],
    ['enableCookieEncryption', true],
    ['enableNodeOptionsEnvironmentVariable', false],
    ['enableNodeCliInspectArguments', false],
    ['enableEmbeddedAsarIntegrityValidation', true],
    ['onlyLoadAppFromAsar', true],
    ['grantFileProtocolExtraPrivileges', false],
    // At Electron's own setting, which nobody changes by accident.
    ['loadBrowserProcessSpecificV8Snapshot', undefined],
  ])('fuse %s is %s', async (fuse, setting) => {
    const { electronFuses } = parse(await readFile(join(root, 'electron-builder.yml'), 'utf8'));
    expect(electronFuses[fuse]).toBe(setting);
  });
});

test('each of the 20 items of Electron’s list is a test of this file: 20/20', ({ task }) => {
  const titles = (tasks: typeof task.file.tasks): string[] =>
    tasks.flatMap((each) => [each.name, ...('tasks' in each ? titles(each.tasks) : [])]);
  const numbers = new Set(titles(task.file.tasks).flatMap((title) => /^item (\d+):/.exec(title)?.[1] ?? []));
  expect([...numbers].map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
});
