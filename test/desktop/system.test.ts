import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { silentLogger } from '../../src-main/core/foundation/logger.ts';
import { createAutostart } from '../../src-main/hosts/electron/autostart.ts';
import { createConfirm } from '../../src-main/hosts/electron/confirm.ts';
import { createDesktopText, desktopTexts } from '../../src-main/hosts/electron/locales.ts';
import { createNotices } from '../../src-main/hosts/electron/notices.ts';
import { createSafeSecrets } from '../../src-main/hosts/electron/safe-secrets.ts';
import type { ShellMemory } from '../../src-main/hosts/electron/shell-state.ts';
import { createShortcut } from '../../src-main/hosts/electron/shortcut.ts';
import { openTestDesktop, settle } from '../fakes/electron/desktop.ts';
import { createFakeElectron } from '../fakes/electron/index.ts';

const text = createDesktopText(() => 'en');

describe('the shortcut', () => {
  const usual = 'CommandOrControl+Shift+K';
  const open = (keys: string | null, fake = createFakeElectron()) => {
    let remembered = keys;
    const memory = {
      get: () => ({ shortcut: remembered }) as ReturnType<ShellMemory['get']>,
      set: (change: { shortcut?: string | null }) => void (remembered = change.shortcut ?? null),
    };
    const shortcut = createShortcut({ electron: fake.modules, memory, run: () => {}, logger: silentLogger });
    return { shortcut, fake, remembered: () => remembered };
  };

  test('says plainly when it is on, off or refused', () => {
    expect(open(usual).shortcut.state()).toEqual({ keys: usual, state: 'on', usual });
    expect(open(null).shortcut.state()).toEqual({ keys: null, state: 'off', usual });
    const fake = createFakeElectron();
    fake.globalShortcut.fakeTaken.add('Alt+K');
    expect(open('Alt+K', fake).shortcut.state()).toEqual({ keys: 'Alt+K', state: 'refused', usual });
  });

  test('that nobody can type is refused, and does not end the program', () => {
    expect(open('键 + ?').shortcut.state()).toMatchObject({ keys: '键 + ?', state: 'refused' });
  });

  test('is changed and remembered; keys that are taken are refused, and those before hold', () => {
    const { shortcut, fake, remembered } = open(usual);
    expect(shortcut.choose('Alt+Space')).toBe(true);
    expect([fake.globalShortcut.fakeMine, remembered()]).toEqual([['Alt+Space'], 'Alt+Space']);
    fake.globalShortcut.fakeTaken.add('Alt+F1');
    expect(shortcut.choose('Alt+F1')).toBe(false);
    expect([fake.globalShortcut.fakeMine, remembered()]).toEqual([['Alt+Space'], 'Alt+Space']);
    expect(shortcut.state()).toMatchObject({ keys: 'Alt+Space', state: 'on' });
    expect(shortcut.choose(null)).toBe(true);
    expect([fake.globalShortcut.fakeMine, remembered(), shortcut.state().state]).toEqual([[], null, 'off']);
  });
});

describe('autostart', () => {
  const on = (platform: NodeJS.Platform, fake = createFakeElectron(), env: Record<string, string> = {}) => {
    const autostart = createAutostart({
      electron: fake.modules,
      platform,
      env: { XDG_CONFIG_HOME: join(fake.folder, 'config'), ...env },
      home: fake.folder,
      program: '/opt/My "100%" $Apps/clawdbot',
    });
    if (!autostart) throw new Error('no autostart here');
    return autostart;
  };

  test('writes and removes a desktop file on Linux, with the program quoted as the specification asks', async () => {
    const fake = createFakeElectron();
    const autostart = on('linux', fake);
    const file = join(fake.folder, 'config/autostart/app.clawdbot.Clawdbot.desktop');
    expect(await autostart.get()).toBe(false);
    await autostart.set(true);
    expect(await autostart.get()).toBe(true);
    expect(readFileSync(file, 'utf8')).toContain('Exec="/opt/My \\\\"100%%\\\\" \\\\$Apps/clawdbot" --hidden\n');
    expect(statSync(file).mode & 0o777).toBe(0o644);
    writeFileSync(file, `${readFileSync(file, 'utf8')}X-GNOME-Autostart-enabled=false\n`);
    expect(await autostart.get()).toBe(false);
    await autostart.set(false);
    await autostart.set(false);
    expect(await autostart.get()).toBe(false);
  });

  test('starts the AppImage and not the mount it runs from', async () => {
    const fake = createFakeElectron();
    await on('linux', fake, { APPIMAGE: '/home/me/Clawdbot.AppImage' }).set(true);
    const file = join(fake.folder, 'config/autostart/app.clawdbot.Clawdbot.desktop');
    expect(readFileSync(file, 'utf8')).toContain('Exec="/home/me/Clawdbot.AppImage" --hidden');
  });

  test.each(['win32', 'darwin'] as const)('is a login item on %s', async (platform) => {
    const fake = createFakeElectron();
    const autostart = on(platform, fake);
    await autostart.set(true);
    expect(await autostart.get()).toBe(true);
    expect(fake.app.fakeLoginItem).toMatchObject({
      openAtLogin: true,
      ...(platform === 'win32' ? { args: ['--hidden'] } : {}),
    });
    await autostart.set(false);
    expect(await autostart.get()).toBe(false);
  });

  test('is not offered from sources, where it would start a bare Electron', () => {
    const fake = createFakeElectron();
    fake.app.isPackaged = false;
    expect(
      createAutostart({ electron: fake.modules, platform: 'linux', env: {}, home: '/', program: '/electron' }),
    ).toBeNull();
  });
});

describe('a notice', () => {
  const notices = (platform: NodeJS.Platform) => {
    const fake = createFakeElectron();
    const did: unknown[][] = [];
    const { notify } = createNotices({
      electron: fake.modules,
      platform,
      text,
      open: (link) => void did.push(['open', link]),
      act: (what, id) => void did.push([what, id]),
    });
    return { fake, did, notify };
  };
  const about = { title: 'Due at 15:00', body: '把报告发给老王', open: 'clawdbot://task/t1', task: 't1' };

  test.each(['darwin', 'win32'] as const)('has its buttons on %s', (platform) => {
    const { fake, did, notify } = notices(platform);
    notify(about);
    const [shown] = fake.notifications;
    expect(shown?.fakeIsShown).toBe(true);
    expect(shown?.fakeOptions.actions?.map((action) => action.text)).toEqual(['Done', 'In an hour']);
    shown?.emit('action', {}, 1, -1);
    shown?.emit('action', {}, 0, -1);
    shown?.emit('action', {}, 7, -1);
    expect(did).toEqual([
      ['snooze', 't1'],
      ['done', 't1'],
    ]);
  });

  test('without buttons opens what it is about, at a click', () => {
    const { fake, did, notify } = notices('linux');
    notify(about);
    expect(fake.notifications[0]?.fakeOptions.actions).toEqual([]);
    fake.notifications[0]?.emit('click', {});
    expect(did).toEqual([['open', 'clawdbot://task/t1']]);
  });

  test('gives way when twenty are there', () => {
    const { fake, notify } = notices('linux');
    for (let i = 0; i < 25; i++) notify(about);
    expect(fake.notifications.filter(({ fakeIsShown }) => fakeIsShown)).toHaveLength(20);
  });
});

test('a question is answered with no by Enter, by Escape and while another is open', async () => {
  const fake = createFakeElectron();
  const confirm = createConfirm({ electron: fake.modules, text });
  const question = { title: 'Send it?', detail: 'to example.com', action: 'Send' };
  const [first, second] = await Promise.all([confirm(question), confirm(question)]);
  expect([first, second]).toEqual([false, false]);
  expect(fake.dialog.fakeAsked).toHaveLength(1);
  expect(fake.dialog.fakeAsked[0]).toMatchObject({ buttons: ['Send', 'Cancel'], defaultId: 1, cancelId: 1 });
  fake.dialog.fakeAnswer = 'Send';
  expect(await confirm(question)).toBe(true);
});

describe('secrets', () => {
  const open = (fake = createFakeElectron(), platform: NodeJS.Platform = 'linux') => {
    const warned: number[] = [];
    const dataDir = join(fake.folder, 'data');
    mkdirSync(dataDir, { recursive: true });
    const secrets = createSafeSecrets({
      electron: fake.modules,
      platform,
      dataDir,
      onPlainText: () => void warned.push(1),
    });
    return { fake, secrets, warned, file: join(dataDir, 'keys/desktop-secrets.json') };
  };

  test('lie locked in a file that names the key chain', async () => {
    const { secrets, file } = open();
    expect(await secrets.get('webhook')).toBeNull();
    await Promise.all([secrets.set('webhook', 'very secret 词'), secrets.set('mail', 'other')]);
    expect(await secrets.get('webhook')).toBe('very secret 词');
    expect(await secrets.get('mail')).toBe('other');
    expect(await secrets.get('constructor')).toBeNull();
    const text = readFileSync(file, 'utf8');
    expect(JSON.parse(text).backend).toBe('gnome_libsecret');
    expect(text).not.toContain('very secret');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await secrets.delete('mail');
    expect(await secrets.get('mail')).toBeNull();
  });

  test('of another key chain are told of and not overwritten', async () => {
    const { fake, secrets, file } = open();
    await secrets.set('webhook', 'very secret');
    const before = readFileSync(file, 'utf8');
    fake.safeStorage.fakeBackend = 'kwallet6';
    const failure = { code: 'SECRETS_UNAVAILABLE', message: expect.stringContaining('gnome_libsecret') };
    await expect(secrets.get('webhook')).rejects.toMatchObject(failure);
    await expect(secrets.set('webhook', 'new')).rejects.toMatchObject(failure);
    await expect(secrets.delete('webhook')).rejects.toMatchObject(failure);
    expect(readFileSync(file, 'utf8')).toBe(before);
    fake.safeStorage.fakeBackend = 'gnome_libsecret';
    expect(await secrets.get('webhook')).toBe('very secret');
  });

  test('without a key chain are only hidden, and that is said once and plainly', async () => {
    const { fake, secrets, warned } = open();
    fake.safeStorage.fakeBackend = 'basic_text';
    await secrets.set('a', 'secret-a');
    await secrets.get('a');
    expect(warned).toHaveLength(1);
    expect(desktopTexts.en['warn.plainSecrets']).toContain('every program');
  });

  test('behind a locked key chain are not replaced by anything', async () => {
    const { fake, secrets } = open();
    fake.safeStorage.fakeIsOpen = false;
    await expect(secrets.get('a')).rejects.toMatchObject({ code: 'SECRETS_UNAVAILABLE' });
    fake.safeStorage.fakeIsOpen = true;
    fake.safeStorage.fakeBackend = 'unknown';
    await expect(secrets.set('a', 'b')).rejects.toMatchObject({ code: 'SECRETS_UNAVAILABLE' });
  });

  test('in a file that does not parse stay there', async () => {
    const { secrets, file } = open();
    await secrets.set('a', 'b');
    writeFileSync(file, '{"backend":"gnome_li');
    await expect(secrets.set('a', 'c')).rejects.toMatchObject({ code: 'SECRETS_UNAVAILABLE' });
    expect(readFileSync(file, 'utf8')).toBe('{"backend":"gnome_li');
  });
});

describe('the title bar', () => {
  const open = async (platform: NodeJS.Platform) => {
    const opened = await openTestDesktop({ platform });
    opened.desktop.handle({ toggle: false, link: null });
    await settle();
    const [window] = opened.fake.windows;
    if (!window) throw new Error('no window opened');
    return { fake: opened.fake, window };
  };

  test('of Windows follows the theme', async () => {
    const { fake, window } = await open('win32');
    expect(window.fakeOptions).toMatchObject({ titleBarStyle: 'hidden', titleBarOverlay: { symbolColor: '#1c1c1a' } });
    fake.nativeTheme.shouldUseDarkColors = true;
    fake.nativeTheme.emit('updated');
    expect(window.fakeOverlay.symbolColor).toBe('#ecece7');
  });

  test('of macOS leaves room for its buttons, and that of Linux is the desktop’s own', async () => {
    expect((await open('darwin')).window.fakeOptions.titleBarStyle).toBe('hiddenInset');
    const { fake, window } = await open('linux');
    expect(window.fakeOptions.titleBarStyle).toBeUndefined();
    fake.nativeTheme.emit('updated');
  });
});

describe('closing the main window', () => {
  const closed = async (answer: string | null, remembered = {}) => {
    const opened = await openTestDesktop({ remembered });
    opened.fake.dialog.fakeAnswer = answer;
    opened.desktop.handle({ toggle: false, link: null });
    await settle();
    const [window] = opened.fake.windows;
    window?.close();
    await settle();
    return { ...opened, window };
  };

  test('keeps the product in the tray, after one question', async () => {
    const { fake, window, memory } = await closed('Keep in the tray');
    expect(window?.isVisible()).toBe(false);
    expect(window?.isDestroyed()).toBe(false);
    expect(memory.get().onClose).toBe('tray');
    window?.show();
    window?.close();
    await settle();
    expect(fake.dialog.fakeAsked).toHaveLength(1);
    expect(fake.app.fakeExitCode).toBeNull();
  });

  test('ends it, when that was the answer', async () => {
    const { fake, memory, core } = await closed('Quit');
    expect(memory.get().onClose).toBe('quit');
    await vi.waitFor(() => expect(fake.app.fakeExitCode).toBe(0));
    expect(core.stopped).toBe(1);
  });

  test('asks nobody who has answered before', async () => {
    const { fake } = await closed(null, { onClose: 'quit' });
    await vi.waitFor(() => expect(fake.app.fakeExitCode).toBe(0));
    expect(fake.dialog.fakeAsked).toEqual([]);
  });
});

test('what the shell remembers and cannot read is set aside, and the program starts', async () => {
  const fake = createFakeElectron();
  writeFileSync(join(fake.folder, 'shell.json'), '{"pinned": "perhaps"');
  const { memory, logs } = await openTestDesktop({ fake });
  expect(memory.get().pinned).toBe(false);
  expect(logs.map(({ event }) => event)).toContain('desktop.state_unreadable');
  expect(readFileSync(join(fake.folder, 'shell.json.broken'), 'utf8')).toContain('perhaps');
});

describe('the sentences of the shell', () => {
  test('exist in both languages, with the same blanks, and nothing shouts', () => {
    const blanks = (sentence: string) => [...sentence.matchAll(/\{\w+\}/g)].map(([blank]) => blank).toSorted();
    const keys = Object.keys(desktopTexts.en) as (keyof typeof desktopTexts.en)[];
    expect(Object.keys(desktopTexts['zh-CN'])).toEqual(keys);
    for (const key of keys) {
      expect(blanks(desktopTexts['zh-CN'][key]), key).toEqual(blanks(desktopTexts.en[key]));
      expect(desktopTexts.en[key] + desktopTexts['zh-CN'][key]).not.toMatch(/[!！]/);
      if (!/^(?:app\.name|state\.idle)$/.test(key)) expect(desktopTexts['zh-CN'][key], key).toMatch(/\p{Script=Han}/u);
    }
  });
});
