import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Resvg } from '@resvg/resvg-js';
import { describe, expect, test, vi } from 'vitest';
import type { TrayState } from '../../src-main/hosts/electron/tray.ts';
import { openTestDesktop, settle } from '../fakes/electron/desktop.ts';
import { createFakeElectron, type FakeElectron } from '../fakes/electron/index.ts';

const states: readonly TrayState[] = ['idle', 'busy', 'attention', 'paused', 'offline'];
const statusWait = () => new Promise((resolve) => setTimeout(resolve, 560));

const chatOf = ({ windows }: FakeElectron) => {
  const chat = windows.find(({ fakeOptions }) => fakeOptions.frame === false);
  if (!chat) throw new Error('there is no tray chat');
  return chat;
};
const mainOf = ({ windows }: FakeElectron) => windows.find(({ fakeOptions }) => fakeOptions.frame !== false);

describe('the icon', () => {
  const root = join(import.meta.dirname, '../..');

  test('tells its states apart by shape, without any colour', () => {
    for (const pixels of [16, 32]) {
      const drawn = states.map((state) => {
        const drawing = readFileSync(join(root, `build/art/tray-${state}.svg`), 'utf8');
        const { pixels: bytes } = new Resvg(drawing, { fitTo: { mode: 'width', value: pixels } }).render();
        return bytes.filter((_byte, at) => at % 4 === 3);
      });
      for (const [index, one] of drawn.entries()) {
        for (const [offset, other] of drawn.slice(index + 1).entries()) {
          const different = one.filter((alpha, at) => Math.abs(alpha - (other[at] ?? 0)) > 128).length;
          expect(different, `${states[index]}, ${states[index + 1 + offset]}`).toBeGreaterThan((pixels * pixels) / 128);
        }
      }
    }
  });

  test.each([
    ['darwin', false, 'Template'],
    ['win32', false, '-on-light'],
    ['linux', true, '-on-dark'],
  ] as const)(
    'is on %s a picture that is shipped, for every state and sharp on every display',
    async (platform, dark, kind) => {
      const fake = createFakeElectron();
      fake.nativeTheme.shouldUseDarkColors = dark;
      const { tray, core } = await openTestDesktop({ platform, fake });
      await settle();
      expect(basename(tray.fakeImage.fakePath)).toBe(`idle${kind}.png`);
      for (const state of states) {
        core.state = state;
        core.change();
        await statusWait();
        const { fakePath } = tray.fakeImage;
        expect(basename(fakePath)).toBe(`${state}${kind}.png`);
        for (const density of ['', '@1.5x', '@2x', '@3x'])
          expect(existsSync(fakePath.replace('.png', `${density}.png`)), `${state}${density}`).toBe(true);
      }
    },
  );

  test('follows the core, and says the state in words', async () => {
    const { tray, core, desktop } = await openTestDesktop();
    await settle();
    expect(tray.fakeToolTip).toBe('Clawdbot');
    for (const [state, words] of [
      ['busy', 'Clawdbot · working'],
      ['attention', 'Clawdbot · something needs a look'],
    ] as const) {
      core.state = state;
      core.change();
      await statusWait();
      expect(tray.fakeToolTip).toBe(words);
    }
    core.fails = true;
    core.change();
    await statusWait();
    expect(tray.fakeToolTip).toBe('Clawdbot · not running');
    core.fails = false;
    core.change();
    await statusWait();
    expect(tray.fakeToolTip).toBe('Clawdbot · something needs a look');
    core.stop = () => new Promise(() => {});
    desktop.quit();
    expect(tray.fakeToolTip).toBe('Clawdbot · not running');
  });
});

describe('a click on the icon', () => {
  test.each(['win32', 'linux', 'darwin'] as const)(
    'opens the chat on %s, and a second one hides it',
    async (platform) => {
      const { fake, tray } = await openTestDesktop({ platform });
      tray.emit('click');
      await settle();
      expect(chatOf(fake).isVisible()).toBe(true);
      tray.emit('click');
      expect(chatOf(fake).isVisible()).toBe(false);
    },
  );

  test('that took the focus from the chat means to hide it, not to open it again', async () => {
    const { fake, tray, clock } = await openTestDesktop();
    tray.emit('click');
    await settle();
    chatOf(fake).emit('blur');
    clock.ms += 100;
    tray.emit('click');
    expect(chatOf(fake).isVisible()).toBe(false);
    clock.ms += 1000;
    tray.emit('click');
    expect(chatOf(fake).isVisible()).toBe(true);
  });

  test('of the other button opens the menu on macOS, which would otherwise swallow the first', async () => {
    const { tray } = await openTestDesktop({ platform: 'darwin' });
    expect(tray.fakeMenu).toBeNull();
    tray.emit('right-click');
    expect(tray.fakePoppedUp?.fakeItems.map(({ label }) => label)).toContain('Quick chat');
  });
});

describe('the menu', () => {
  test('has the chat first, for desktops whose icons know no click', async () => {
    const { fake, tray } = await openTestDesktop();
    expect(tray.fakeMenu?.fakeItems[0]?.label).toBe('Quick chat');
    tray.fakeMenu?.fakeChoose('Quick chat');
    await settle();
    expect(chatOf(fake).isVisible()).toBe(true);
  });

  test('opens the main window, the board and the memory', async () => {
    const { fake, tray } = await openTestDesktop();
    tray.fakeMenu?.fakeChoose('Todos');
    await settle();
    expect(mainOf(fake)?.isVisible()).toBe(true);
    expect(mainOf(fake)?.fakeLoaded).toEqual(['app://clawdbot/#/todos']);
    tray.fakeMenu?.fakeChoose('Memory');
    tray.fakeMenu?.fakeChoose('Open Clawdbot');
    await settle();
    expect(mainOf(fake)?.fakeLoaded).toEqual(['app://clawdbot/#/todos', 'app://clawdbot/#/memory']);
    expect(fake.windows).toHaveLength(1);
  });

  test('pauses for an hour or until it is resumed, shows it by its shape, and offers to resume', async () => {
    const { core, tray } = await openTestDesktop({ platform: 'linux' });
    await vi.waitFor(() => expect(tray.fakeMenu?.fakeItems.map(({ label }) => label)).toContain('Pause for an hour'));
    tray.fakeMenu?.fakeChoose('Pause for an hour');
    await vi.waitFor(() => expect(tray.fakeMenu?.fakeItems.map(({ label }) => label)).toContain('Resume'));
    expect(core.paused).toEqual([3600]);
    expect(tray.fakeMenu?.fakeItems.map(({ label }) => label)).not.toContain('Pause for an hour');
    tray.fakeMenu?.fakeChoose('Resume');
    await vi.waitFor(() =>
      expect(tray.fakeMenu?.fakeItems.map(({ label }) => label)).toContain('Pause until I resume'),
    );
    tray.fakeMenu?.fakeChoose('Pause until I resume');
    expect(core.paused).toEqual([3600, null]);
  });

  test('shows the keys of the shortcut, and says when another program has them', async () => {
    const { tray } = await openTestDesktop();
    expect(tray.fakeMenu?.fakeItems.map(({ label }) => label)).toContain('Quick chat from anywhere: Ctrl+Shift+K');
    const fake = createFakeElectron();
    fake.globalShortcut.fakeTaken.add('CommandOrControl+Shift+K');
    const refused = await openTestDesktop({ fake });
    const item = refused.tray.fakeMenu?.fakeItems.find(({ label }) => label?.includes('taken'));
    expect(item).toMatchObject({ label: 'Ctrl+Shift+K is taken by another program', enabled: false });
  });

  test('speaks Chinese to somebody whose system does', async () => {
    const fake = createFakeElectron();
    fake.app.fakeLanguages = ['zh-Hans-CN', 'en-US'];
    const { tray } = await openTestDesktop({ fake });
    expect(tray.fakeMenu?.fakeItems.map(({ label }) => label)).toContain('退出 Clawdbot');
  });

  test('quits', async () => {
    const { fake, tray, core } = await openTestDesktop();
    tray.fakeMenu?.fakeChoose('Quit Clawdbot');
    await vi.waitFor(() => expect(fake.app.fakeExitCode).toBe(0));
    expect(core.stopped).toBe(1);
  });
});

describe('the tray chat', () => {
  test('opens beside the icon, in the work area, on the icon’s display', async () => {
    const { fake, tray } = await openTestDesktop();
    tray.fakeBounds = { x: 3100, y: 1000, width: 24, height: 24 };
    tray.emit('click');
    await settle();
    expect(chatOf(fake).getBounds()).toEqual({ x: 3200 - 400 - 8, y: 984 - 600 - 8, width: 400, height: 600 });
    expect(chatOf(fake).fakeOptions).toMatchObject({ skipTaskbar: true, frame: false, width: 400, height: 600 });
    expect(chatOf(fake).fakeLoaded).toEqual(['app://clawdbot/#/tray']);
  });

  test('is shown when its page is drawn and not before', async () => {
    const { fake, tray } = await openTestDesktop();
    tray.emit('click');
    expect(chatOf(fake).isVisible()).toBe(false);
    await settle();
    expect(chatOf(fake).isVisible()).toBe(true);
  });

  test('goes when the focus goes', async () => {
    const { fake, tray } = await openTestDesktop();
    tray.emit('click');
    await settle();
    chatOf(fake).emit('blur');
    expect(chatOf(fake).isVisible()).toBe(false);
  });

  test('that was closed is hidden and opens again with what was typed', async () => {
    const { fake, tray, clock } = await openTestDesktop();
    tray.emit('click');
    await settle();
    const chat = chatOf(fake);
    chat.close();
    expect(chat.isDestroyed()).toBe(false);
    clock.ms += 1000;
    tray.emit('click');
    expect(chatOf(fake)).toBe(chat);
    expect(chat.isVisible()).toBe(true);
  });

  test('opens with the keys from anywhere', async () => {
    const { fake } = await openTestDesktop();
    fake.globalShortcut.fakePress('CommandOrControl+Shift+K');
    await settle();
    expect(chatOf(fake).isVisible()).toBe(true);
  });

  test('pinned, it outlives a click elsewhere', async () => {
    const { fake, tray } = await openTestDesktop({ remembered: { pinned: true } });
    tray.emit('click');
    await settle();
    chatOf(fake).emit('blur');
    expect(chatOf(fake).isVisible()).toBe(true);
  });
});
