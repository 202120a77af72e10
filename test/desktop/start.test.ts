import { EventEmitter, once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { nextFreePort } from '../../src-main/core/foundation/ports.ts';
import { type System, startDesktop } from '../../src-main/hosts/electron/start-desktop.ts';
import type { Client } from '../../src-shared/contract/index.ts';
import type { Notice } from '../../src-shared/schema/status.ts';
import { FakeMachine } from '../fakes/electron/app.ts';
import { createFakeElectron, type FakeElectron } from '../fakes/electron/index.ts';

let folder: string;
let machine: FakeMachine;
const started: FakeElectron[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clawdbot-desktop-'));
  machine = new FakeMachine();
});
afterEach(async () => {
  for (const fake of started.splice(0)) {
    fake.app.quit();
    await vi.waitFor(() => expect(fake.app.fakeExitCode).not.toBeNull(), { timeout: 10_000 });
  }
  rmSync(folder, { recursive: true, force: true });
});

/** The program with the real core, on a folder of its own; its Electron is the fake. */
const start = (...words: string[]) => startOn(0, { words });

async function startOn(
  port: number,
  { words = [], language = 'en', answer = null }: { words?: string[]; language?: string; answer?: string | null } = {},
) {
  const fake = createFakeElectron({ machine, folder: join(folder, 'profile') });
  fake.dialog.fakeAnswer = answer;
  fake.app.fakeLanguages = [language];
  const argv = ['clawdbot', '--data', join(folder, 'data'), '--port', String(port), ...words];
  fake.app.fakeArgv = argv;
  if (words.includes('--basic')) fake.safeStorage.fakeBackend = 'basic_text';
  const system = Object.assign(new EventEmitter(), {
    argv,
    env: { XDG_CONFIG_HOME: join(folder, 'config') },
    platform: 'linux' as const,
    execPath: '/opt/Clawdbot/clawdbot',
    // As in a package, the tray pictures lie below it.
    resourcesPath: join(import.meta.dirname, '../../build'),
  });
  await startDesktop(fake.modules, system as unknown as System);
  started.push(fake);
  return fake;
}

async function connect(fake: FakeElectron): Promise<Client> {
  const [window] = fake.windows;
  if (!window) throw new Error('no window opened');
  const { webContents } = window;
  const from = { sender: webContents, senderFrame: webContents.mainFrame };
  expect(await fake.ipcMain.fakeInvoke('clawdbot', from, { type: 'connect', id: 'a' })).toEqual({ ok: true });
  const port = webContents.mainFrame.fakePosted.at(-1)?.transfer[0];
  if (!port) throw new Error('no port came');
  const client = createORPCClient<Client>(
    new RPCLink({
      port: {
        on: (event: string, listener: (event?: { data: unknown }) => void) => void port.on(event, listener),
        postMessage: (data: unknown) => port.postMessage(data),
      } as ConstructorParameters<typeof RPCLink>[0]['port'],
    }),
  );
  port.start();
  return client;
}

describe('the desktop program, with its real core', () => {
  test('takes a message in its window, finds the todo in it, and ends in order', async () => {
    const fake = await start();
    expect(fake.app.fakeIsSandboxed).toBe(true);
    expect(fake.app.fakeNames).toEqual(['app.clawdbot.Clawdbot', 'app.clawdbot.Clawdbot.desktop']);
    expect(fake.app.fakeLinkSchemes).toEqual(['clawdbot']);
    const client = await connect(fake);
    await client.chat.send({ content: '请在周五下午三点前把报告发给老王', external_id: 'e1', locale: 'zh-CN' });
    await vi.waitFor(async () => {
      const { columns } = await client.boards.get({ id: 'main' });
      expect(columns.flatMap(({ tasks }) => tasks)).toHaveLength(1);
    }, 10_000);

    fake.app.quit();
    await vi.waitFor(() => expect(fake.app.fakeExitCode).toBe(0), { timeout: 10_000 });
    expect(existsSync(join(folder, 'data/memory.db'))).toBe(true);
    const again = await start();
    const later = await connect(again);
    expect((await later.system.status()).totals.messages).toBeGreaterThan(0);
  });

  test('started twice brings the first to the front, with what the second was asked for', async () => {
    const first = await start('--hidden');
    expect(first.windows).toHaveLength(0);
    const second = await start('clawdbot://board');
    expect(second.trays).toHaveLength(0);
    expect(second.app.fakeExitCode).toBe(0);
    await vi.waitFor(() => expect(first.windows[0]?.fakeLoaded).toEqual(['app://clawdbot/#/todos']));
    await start('--toggle');
    await vi.waitFor(() => expect(first.windows.map(({ fakeOptions }) => fakeOptions.frame)).toContain(false));
  });

  test('keeps Chromium’s files out of the data folder', async () => {
    const fake = await start('--hidden');
    expect(fake.app.getPath('userData')).toMatch(/profile\/Clawdbot Desktop\/[0-9a-f]{16}$/);
    expect(existsSync(join(fake.app.getPath('userData'), 'logs/desktop.log'))).toBe(true);
  });

  test('says what is wrong with a configuration, and ends as the command line does', async () => {
    const first = await start('--hidden');
    first.app.quit();
    await vi.waitFor(() => expect(first.app.fakeExitCode).toBe(0), { timeout: 10_000 });
    const broken = await start('--hidden', '--config', join(folder, 'nowhere.yaml'));
    expect(broken.dialog.fakeErrors[0]?.title).toBe('Clawdbot cannot start');
    expect(broken.dialog.fakeErrors[0]?.content).toContain('nowhere.yaml');
    expect(broken.app.fakeExitCode).toBe(78);
  });

  test('reads a secret of the configuration from the key chain of the desktop, or says why it cannot, and what it is worth', async () => {
    const first = await start('--hidden');
    first.app.quit();
    await vi.waitFor(() => expect(first.app.fakeExitCode).toBe(0), { timeout: 10_000 });
    writeFileSync(join(folder, 'data/config.yaml'), 'platforms: { webhook: { secret: "${keychain:webhook}" } }\n');
    const second = await start('--basic');
    const warnings = (await (await connect(second)).system.status()).warnings.join('\n');
    expect(warnings).toContain('webhook');
    expect(warnings).toContain('no key chain');
  });
});

describe('a port that is taken, on the desktop', () => {
  let port: number;
  let free: number;
  let holder: Server;
  beforeEach(async () => {
    holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    ({ port } = holder.address() as AddressInfo);
    free = (await nextFreePort(port, '127.0.0.1', { avoid: [8001] })) ?? 0;
  });
  afterEach(() => holder.close());

  const healthAt = async (at: number) =>
    fetch(`http://127.0.0.1:${at}/api/v1/health`).then(
      ({ status }) => status,
      () => null,
    );
  const who = process.platform === 'linux' ? new RegExp(`process ${process.pid}`) : /another program/;

  test.each([
    ['en', 'Use', /Port \d+, .* is taken by /, (text: string) => text],
    ['zh-CN', '使用', /端口 \d+ 已被占用/, (text: string) => text.replace('进程', 'process')],
  ] as const)(
    'is said with who has it, and the next free one is used once the person says so (%s)',
    async (language, use, said, english) => {
      const fake = await startOn(port, { language, answer: `${use} ${free}` });
      await vi.waitFor(async () => expect(await healthAt(free)).toBe(200), 10_000);
      const [asked] = fake.dialog.fakeAsked;
      expect(asked?.message).toContain(String(free));
      expect(asked?.detail).toMatch(said);
      expect(english(asked?.detail ?? '')).toMatch(who);
      expect(asked?.detail).toContain(`app.port: ${free}`);
      expect((await (await connect(fake)).system.status()).notices.filter(isMainPort)).toEqual([]);
      expect(fake.dialog.fakeErrors).toEqual([]);
    },
  );

  test('ends nothing when the person says no: the window works, and the status says what is amiss', async () => {
    const fake = await startOn(port);
    const client = await connect(fake);
    await vi.waitFor(async () =>
      expect((await client.system.status()).notices.filter(isMainPort)).toMatchObject([{ port, free_port: free }]),
    );
    expect(await healthAt(free)).toBeNull();
    await expect(client.chat.send({ content: '/help', external_id: 'e1', locale: 'en' })).resolves.toBeTruthy();
  });
});

const isMainPort = (notice: Notice): boolean => notice.code === 'PORT_TAKEN' && notice.key === 'app.port';
