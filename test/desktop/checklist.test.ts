import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'rolldown';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { preload } from '../../rolldown.config.ts';
import { declarePageScheme, servePage } from '../../src-main/hosts/electron/page-protocol.ts';
import { openTestDesktop, settle } from '../fakes/electron/desktop.ts';
import { createFakeElectron } from '../fakes/electron/index.ts';

/** Electron's own list, docs/tutorial/security.md: each item is a test below, or says where it is looked after. */
const items: Readonly<Record<number, string>> = {
  1: 'only secure content is loaded',
  2: 'no page has Node',
  3: 'page and preload script live in separate worlds',
  4: 'every page runs in the sandbox',
  5: 'permissions are refused unless they are on the list',
  6: 'web security stays on',
  7: 'a content security policy comes with every answer',
  8: 'no insecure content is let in',
  9: 'no experimental features',
  10: 'no Blink features are switched on',
  11: 'no webview may open windows',
  12: 'no webview is attached at all',
  13: 'no page leaves our own',
  14: 'no page opens a window',
  15: 'an address is opened elsewhere only by its kind and after a question',
  16: 'Electron is a current one, by its exact version',
  17: 'a sender is known before it is answered',
  18: 'pages come from a scheme of our own',
  19: 'fuses',
  20: 'no page gets a module of Electron',
};
const covered = new Set<number>();
const covers = (...numbers: number[]) => numbers.forEach((number) => covered.add(number));

afterAll(() => {
  const open = Object.keys(items).filter((number) => !covered.has(Number(number)));
  const missing = open.map((number) => `${number} (${items[Number(number)]})`).join(', ');
  console.log(`Electron checklist: ${covered.size}/20 covered${missing && `; not here: ${missing}`}`);
});

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
  test('is built closed: 2, 3, 4, 6, 8, 9, 10, 11', () => {
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
    covers(2, 3, 4, 6, 8, 9, 10, 11);
  });

  test('shows our own page and no other: 1, 18', () => {
    for (const { fakeLoaded } of both()) {
      expect(fakeLoaded.length).toBeGreaterThan(0);
      for (const address of fakeLoaded) expect(address).toMatch(/^app:\/\/clawdbot\/#/);
    }
    const { defaultSession } = opened.fake;
    const refused = ['https://example.com/a.js', 'http://127.0.0.1:8000/', 'file:///etc/passwd', 'ws://example.com/'];
    for (const address of refused) expect(defaultSession.fakeLoads(address), address).toBe(false);
    for (const address of ['app://clawdbot/assets/a.js', 'blob:app://clawdbot/1', 'data:image/png;base64,AA'])
      expect(defaultSession.fakeLoads(address), address).toBe(true);
    expect(defaultSession.fakeLoads('app://clawdbot.example.com/')).toBe(false);
    covers(1, 18);
  });

  test('attaches no webview: 12', () => {
    for (const { webContents } of both()) {
      let isPrevented = false;
      webContents.emit('will-attach-webview', { preventDefault: () => (isPrevented = true) }, {}, {});
      expect(isPrevented).toBe(true);
    }
    covers(12);
  });

  test('stays where it is: 13', () => {
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
    covers(13);
  });

  test('opens no other: 14', () => {
    for (const { webContents } of both())
      for (const address of ['app://clawdbot/', 'https://example.com/', 'about:blank'])
        expect(webContents.fakeOpens(address)).toBe('deny');
    expect(opened.fake.windows).toHaveLength(2);
    covers(14);
  });
});

test('permissions are refused but for the clipboard of our own page: 5', () => {
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
  covers(5);
});

test('every answer carries the policy, and no address becomes a path: 7', async () => {
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
  covers(7);
});

test('an address is opened elsewhere only by its kind and after a question: 15', async () => {
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
  covers(15);

  async function openMain(electron: typeof fake) {
    electron.trays[0]?.fakeMenu?.fakeChoose('Open Clawdbot');
    await settle();
    const [window] = electron.windows;
    if (!window) throw new Error('no window opened');
    return window;
  }
});

test('Electron is a current one, by its exact version: 16', async () => {
  const { devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  expect(devDependencies.electron).toMatch(/^4[5-9]\.\d+\.\d+$/);
  covers(16);
});

test('one channel is served, and it knows its senders: 17', async () => {
  const { fake } = opened;
  expect(fake.ipcMain.fakeChannels).toEqual(['clawdbot']);
  const [window] = fake.windows;
  const foreign = await fake.ipcMain.fakeInvoke(
    'clawdbot',
    { sender: {}, senderFrame: window?.webContents.mainFrame },
    { type: 'connect', id: 'a' },
  );
  expect(foreign).toEqual({ ok: false, code: 'FORBIDDEN' });
  covers(17);
});

test('a page gets one function, and the preload script around it requires electron and nothing else: 20', async () => {
  const bundle = await build({ ...preload, cwd: root, write: false });
  const code = bundle.output.map((part) => (part.type === 'chunk' ? part.code : '')).join('\n');
  expect([...code.matchAll(/require\(([^)]*)\)/g)].map(([, name]) => name)).toEqual(['"electron"']);
  expect(code.match(/exposeInMainWorld\(/g)).toHaveLength(1);
  covers(20);
});

// The installers bring the file; from then on it is read here.
const packaging = join(root, 'electron-builder.yml');
if (existsSync(packaging)) {
  test('fuses close what a packaged program does not need: 19', async () => {
    const { electronFuses } = parse(await readFile(packaging, 'utf8'));
    expect(electronFuses).toMatchObject({
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      grantFileProtocolExtraPrivileges: false,
    });
    covers(19);
  });
}
