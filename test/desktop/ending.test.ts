import { EventEmitter } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { silentLogger } from '../../src-main/core/foundation/logger.ts';
import { mayRestart, restartOnFatal } from '../../src-main/hosts/electron/crashes.ts';
import { createDesktopText } from '../../src-main/hosts/electron/locales.ts';
import { openLogFile } from '../../src-main/hosts/electron/log-file.ts';
import { createQuit } from '../../src-main/hosts/electron/quit.ts';
import { createFakeCore, openTestDesktop, settle } from '../fakes/electron/desktop.ts';
import { createFakeElectron } from '../fakes/electron/index.ts';

describe('the end', () => {
  test('waits until the core has stopped in order', async () => {
    const { fake, core } = await openTestDesktop();
    let finish = () => {};
    core.stop = () => new Promise((resolve) => (finish = resolve));
    fake.app.quit();
    fake.app.quit();
    await settle();
    expect(core.stopped).toBe(1);
    expect(fake.app.fakeExitCode).toBeNull();
    finish();
    await vi.waitFor(() => expect(fake.app.fakeExitCode).toBe(0));
    expect(fake.globalShortcut.fakeMine).toEqual([]);
    expect(fake.trays[0]?.fakeIsDestroyed).toBe(true);
  });

  test('has a limit: a core that hangs does not keep the machine from shutting down', async () => {
    const fake = createFakeElectron();
    const quit = createQuit({
      electron: fake.modules,
      stop: () => new Promise(() => {}),
      logger: silentLogger,
      limitMs: 20,
    });
    quit.quit();
    await vi.waitFor(() => expect(fake.app.fakeExitCode).toBe(0));
  });

  test('comes also when stopping fails', async () => {
    const fake = createFakeElectron();
    createQuit({ electron: fake.modules, stop: () => Promise.reject(new Error('disk')), logger: silentLogger }).quit();
    await vi.waitFor(() => expect(fake.app.fakeExitCode).toBe(0));
  });

  test('begins when Windows logs the user off, and when Linux or macOS shut down', async () => {
    for (const how of ['query-session-end', 'session-end', 'shutdown'] as const) {
      const { fake, core, desktop } = await openTestDesktop({ platform: how === 'shutdown' ? 'linux' : 'win32' });
      desktop.handle({ toggle: false, link: null });
      if (how === 'shutdown') fake.powerMonitor.emit(how);
      else fake.windows[0]?.emit(how, { reasons: ['shutdown'] });
      await vi.waitFor(() => expect(fake.app.fakeExitCode, how).toBe(0));
      expect(core.stopped, how).toBe(1);
      expect(fake.dialog.fakeAsked, how).toEqual([]);
    }
  });

  test('while the core still starts waits for it and stops it', async () => {
    const fake = createFakeElectron();
    const { core, process } = createFakeCore();
    const opened = await openTestDesktop({
      fake,
      startCore: async () => {
        fake.app.quit();
        return process;
      },
    });
    await vi.waitFor(() => expect(opened.fake.app.fakeExitCode).toBe(0));
    expect(core.stopped).toBe(1);
  });

  test('does not come with the last window: the tray goes on', async () => {
    const { fake } = await openTestDesktop();
    expect(fake.app.listenerCount('window-all-closed')).toBe(1);
    fake.app.emit('window-all-closed');
    expect(fake.app.fakeExitCode).toBeNull();
  });
});

describe('a window', () => {
  const open = async (answer: string | null) => {
    const opened = await openTestDesktop();
    opened.desktop.handle({ toggle: false, link: null });
    await settle();
    const [window] = opened.fake.windows;
    if (!window) throw new Error('no window opened');
    opened.fake.dialog.fakeAnswer = answer;
    return { ...opened, window };
  };

  test('whose page died is offered to be loaded again, and the core goes on', async () => {
    const { fake, window, core } = await open('Load again');
    fake.app.emit('render-process-gone', {}, window.webContents, { reason: 'crashed', exitCode: 5 });
    await settle();
    expect(fake.dialog.fakeAsked[0]?.message).toBe('The window stopped working');
    expect(window.fakeReloads).toBe(1);
    expect(core.stopped).toBe(0);
  });

  test('that is not wanted any more is closed', async () => {
    const { fake, window } = await open('Close the window');
    fake.app.emit('render-process-gone', {}, window.webContents, { reason: 'oom', exitCode: 5 });
    await settle();
    expect(window.isDestroyed()).toBe(true);
  });

  test('that ended as it should is no crash', async () => {
    const { fake, window } = await open(null);
    fake.app.emit('render-process-gone', {}, window.webContents, { reason: 'clean-exit', exitCode: 0 });
    await settle();
    expect(fake.dialog.fakeAsked).toEqual([]);
  });

  test('that hangs is asked about once, and may be waited for', async () => {
    const { fake, window } = await open(null);
    window.emit('unresponsive');
    window.emit('unresponsive');
    await settle();
    expect(fake.dialog.fakeAsked).toHaveLength(1);
    expect(window.webContents.fakeCrashed).toBe(0);
    fake.dialog.fakeAnswer = 'Load again';
    window.emit('unresponsive');
    await settle();
    expect(window.webContents.fakeCrashed).toBe(1);
    expect(window.fakeReloads).toBe(1);
  });

  test('is not the only thing that can die: a helper is logged', async () => {
    const { fake, logs } = await open(null);
    fake.app.emit('child-process-gone', {}, { type: 'GPU', reason: 'crashed', exitCode: 1 });
    expect(logs.at(-1)).toEqual({
      event: 'desktop.helper_gone',
      fields: { type: 'GPU', reason: 'crashed', exitCode: 1 },
    });
  });
});

describe('what nobody caught', () => {
  const text = createDesktopText(() => 'en');
  const prepare = (restarts: readonly number[] = []) => {
    const fake = createFakeElectron();
    const process = new EventEmitter();
    const logFile = openLogFile(join(fake.folder, 'logs/desktop.log'));
    const restartsFile = join(fake.folder, 'restarts.json');
    writeFileSync(restartsFile, JSON.stringify(restarts));
    restartOnFatal({
      electron: fake.modules,
      text,
      logFile,
      restartsFile,
      process: process as unknown as NodeJS.Process,
      scrub: (words) => words.replaceAll('hunter2', '[secret]'),
      nowMs: () => 1_000_000,
    });
    return { fake, process, log: () => readFileSync(logFile.file, 'utf8') };
  };

  test('leaves its last words in the log, without a secret, and the program starts anew', () => {
    const { fake, process, log } = prepare();
    process.emit('uncaughtException', new Error('the password is hunter2'));
    expect(JSON.parse(log())).toMatchObject({
      level: 'fatal',
      msg: 'desktop.fatal',
      message: 'the password is [secret]',
    });
    expect(fake.app.fakeRelaunched).toBe(1);
    expect(fake.app.fakeExitCode).toBe(1);
  });

  test('in a promise counts as well, and only the first counts', () => {
    const { fake, process } = prepare();
    process.emit('unhandledRejection', 'text');
    process.emit('uncaughtException', new Error('later'));
    expect(fake.app.fakeRelaunched).toBe(1);
  });

  test('again and again ends with a sentence instead of another start', () => {
    const { fake, process } = prepare([999_000, 999_100, 999_200]);
    process.emit('uncaughtException', new Error('again'));
    expect(fake.app.fakeRelaunched).toBe(0);
    expect(fake.dialog.fakeErrors[0]?.title).toBe('Clawdbot had to stop');
    expect(fake.dialog.fakeErrors[0]?.content).toContain('desktop.log');
  });

  test('long ago is forgotten, and a counter that cannot be read begins anew', () => {
    const file = join(createFakeElectron().folder, 'restarts.json');
    for (let day = 0; day < 5; day++) expect(mayRestart(file, day * 86_400_000)).toBe(true);
    writeFileSync(file, '[1,');
    expect(mayRestart(file, 1)).toBe(true);
    expect(mayRestart(file, 2)).toBe(true);
    expect(mayRestart(file, 3)).toBe(true);
    expect(mayRestart(file, 4)).toBe(false);
  });
});

test('the log of the shell starts a new file at five megabytes and keeps the one before', async () => {
  const { folder } = createFakeElectron();
  const log = openLogFile(join(folder, 'logs/desktop.log'));
  const line = `${'x'.repeat(999)}\n`;
  for (let i = 0; i < 5200; i++) {
    log.write(line);
    // No faster than a disk takes it: what waits too long is dropped on purpose.
    if (i % 200 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await log.close();
  expect(log.dropped()).toBe(0);
  expect(readFileSync(join(folder, 'logs/desktop.log.1')).length).toBeGreaterThan(1_000_000);
  expect(readFileSync(join(folder, 'logs/desktop.log')).length).toBeLessThan(1_000_000);
});
