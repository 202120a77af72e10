import { describe, expect, test, vi } from 'vitest';
import type { UpdateSource } from '../../src-main/hosts/electron/updates/index.ts';
import type { Installer } from '../../src-main/hosts/electron/updates/installer.ts';
import { type Release, signRelease } from '../../src-main/hosts/electron/updates/release-notice.ts';
import { type OpenOptions, openTestDesktop, settle } from '../fakes/electron/desktop.ts';
import { newKey } from '../fakes/update-server.ts';

const key = newKey();
const release: Release = {
  app_id: 'app.clawdbot.Clawdbot',
  version: '1.1.0',
  channel: 'stable',
  platform: 'linux',
  arch: 'x64',
  released_at: '2026-11-24T08:00:00Z',
  expires_at: '2999-01-01T00:00:00Z',
  files: [{ name: 'Clawdbot.AppImage', size: 1, sha512: Buffer.alloc(64).toString('base64') }],
  notes: { en: 'Better.', 'zh-CN': '更好。' },
};

/** The shell with a feed that offers a version, and an installer that a test steers. */
async function openWithUpdates(installer: Partial<Installer> = {}, options: Partial<OpenOptions> = {}) {
  const installed: string[] = [];
  const source: UpdateSource = {
    feed: new URL('https://updates.clawdbot.invalid/'),
    publicKey: key.publicKey,
    running: { appId: release.app_id, version: '1.0.0', channel: 'stable', platform: 'linux', arch: 'x64' },
    autoCheck: true,
    autoDownload: false,
    ask: async () => new Response(signRelease(release, key.privateKey)),
    installer: {
      download: async (_release, onProgress) => onProgress(0.4),
      install: () => void installed.push('installed'),
      ...installer,
    },
  };
  const opened = await openTestDesktop({ updates: source, ...options });
  await settle();
  const menu = () => opened.tray.fakeMenu?.fakeItems ?? [];
  const item = () => menu().find(({ label }) => label?.includes('1.1.0') ?? false);
  return {
    ...opened,
    installed,
    item,
    titles: () => opened.fake.notifications.map(({ fakeOptions }) => fakeOptions.title),
  };
}

describe('a newer version', () => {
  test('is told once by a notice and by an item of the tray menu, and is not fetched unasked', async () => {
    const { item, titles } = await openWithUpdates();
    expect(titles()).toEqual(['Version 1.1.0 is there']);
    expect(item()).toMatchObject({ label: 'Fetch version 1.1.0', enabled: true });
  });

  test('is fetched from the tray menu, and says how far it is', async () => {
    let finish = () => {};
    const { tray, item, titles } = await openWithUpdates({
      download: (_release, onProgress) => {
        onProgress(0.4);
        return new Promise((resolve) => (finish = resolve));
      },
    });
    tray.fakeMenu?.fakeChoose('Fetch version 1.1.0');
    expect(item()).toMatchObject({ label: 'Fetching version 1.1.0 · 40 %', enabled: false });
    finish();
    await settle();
    expect(item()).toMatchObject({ label: 'Version 1.1.0 is ready: restart to install…', enabled: true });
    expect(titles()).toEqual(['Version 1.1.0 is there', 'Version 1.1.0 is ready']);
  });

  test('is installed after a question that says what is new, a copy of the data and an end in order', async () => {
    const { fake, core, tray, installed, memory } = await openWithUpdates();
    tray.fakeMenu?.fakeChoose('Fetch version 1.1.0');
    await settle();
    tray.fakeMenu?.fakeChoose('Version 1.1.0 is ready: restart to install…');
    await settle();
    const [question] = fake.dialog.fakeAsked;
    expect(question).toMatchObject({ message: 'Version 1.1.0 is ready', cancelId: 1, defaultId: 1 });
    expect(question?.detail).toContain('Better.');
    expect([core.copied, core.stopped, installed]).toEqual([[], 0, []]);

    fake.dialog.fakeAnswer = 'Restart to install';
    const order: string[] = [];
    core.stop = async () => void order.push(`stopped after ${core.copied.length} copy, ${installed.length} installed`);
    tray.fakeMenu?.fakeChoose('Version 1.1.0 is ready: restart to install…');
    await vi.waitFor(() => expect(installed).toEqual(['installed']));
    expect(order).toEqual(['stopped after 1 copy, 0 installed']);
    expect(core.copied).toEqual(['1.1.0']);
    expect(memory.get().installing).toBe('1.1.0');
    // The installer ends the program, and this time nothing holds it.
    expect(fake.app.fakeExitCode).toBeNull();
    fake.app.quit();
    expect(fake.app.fakeExitCode).toBe(0);
  });

  test('is not installed when the data could not be copied, and everything goes on', async () => {
    const { fake, core, tray, installed, item } = await openWithUpdates();
    core.copy = async () => {
      throw new Error('no space');
    };
    fake.dialog.fakeAnswer = 'Restart to install';
    tray.fakeMenu?.fakeChoose('Fetch version 1.1.0');
    await settle();
    tray.fakeMenu?.fakeChoose('Version 1.1.0 is ready: restart to install…');
    await settle();
    expect([core.stopped, installed, fake.app.fakeExitCode]).toEqual([0, [], null]);
    expect(item()).toMatchObject({ enabled: true });
  });

  test('whose installer does not start leaves the old version, which starts again', async () => {
    const { fake, tray, core } = await openWithUpdates({
      install: () => {
        throw new Error('spawn EACCES');
      },
    });
    fake.dialog.fakeAnswer = 'Restart to install';
    tray.fakeMenu?.fakeChoose('Fetch version 1.1.0');
    await settle();
    tray.fakeMenu?.fakeChoose('Version 1.1.0 is ready: restart to install…');
    await vi.waitFor(() => expect(fake.app.fakeExitCode).toBe(0));
    expect([core.stopped, fake.app.fakeRelaunched]).toEqual([1, 1]);
  });

  test('that was to be installed and is not there is told of by the old one', async () => {
    const { titles, memory, item } = await openWithUpdates({}, { remembered: { installing: '1.1.0' } });
    expect(titles()).toContain('Version 1.1.0 was not installed');
    expect(memory.get().installing).toBeNull();
    expect(item()).toMatchObject({ enabled: true });
  });

  test('speaks Chinese where the person does', async () => {
    const { titles, item } = await openWithUpdates({}, { remembered: { language: 'zh-CN' } });
    expect(titles()).toEqual(['有新版本 1.1.0']);
    expect(item()).toMatchObject({ label: '下载版本 1.1.0' });
  });
});

test('a shell that nobody gave a feed says nothing of updates', async () => {
  const { tray, fake } = await openTestDesktop();
  await settle();
  expect(tray.fakeMenu?.fakeItems.filter(({ label }) => /version/i.test(label ?? ''))).toEqual([]);
  expect(fake.notifications).toEqual([]);
});
