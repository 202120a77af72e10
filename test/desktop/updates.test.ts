// Updates as a program meets them: a real server over TLS, and the real electron-updater with a program around it that is
// none. What only a real one can show is the last step, an installer that runs.
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import electronUpdater, { type AppUpdater } from 'electron-updater';
import { ElectronHttpExecutor } from 'electron-updater/out/electronHttpExecutor.js';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { silentLogger } from '../../src-main/core/foundation/logger.ts';
import { createInstaller } from '../../src-main/hosts/electron/updates/installer.ts';
import {
  noticeName,
  type Release,
  readPublicKey,
  signRelease,
  writePublicKey,
} from '../../src-main/hosts/electron/updates/release-notice.ts';
import { createUpdates, type UpdateSource } from '../../src-main/hosts/electron/updates/updates.ts';
import { isNewer } from '../../src-main/hosts/electron/updates/version-order.ts';
import type { DesktopUpdate, UpdateProblem } from '../../src-shared/schema/desktop.ts';
import { canServeSecurely, newKey, startUpdateServer, type UpdateServer } from '../fakes/update-server.ts';

const machine = { channel: 'stable', platform: 'linux', arch: 'x64' } as const;
const now = Date.parse('2026-11-25T08:00:00Z');
const fileName = 'Clawdbot-1.1.0-linux-x64.AppImage';
const notice = noticeName(machine);

let server: UpdateServer;
let folder: string;
let cleanups: (() => unknown)[];
const key = newKey();
const file = randomBytes(3_000_000);

beforeEach(async ({ task, skip }) => {
  if (!canServeSecurely()) {
    Object.assign(task.meta, { leftOut: 'needs openssl to make a certificate' });
    return skip();
  }
  server = await startUpdateServer();
  folder = mkdtempSync(join(tmpdir(), 'clawdbot-updates-'));
  cleanups = [() => server.stop(), () => rmSync(folder, { recursive: true, force: true })];
  vi.stubEnv('APPIMAGE', join(folder, 'old.AppImage'));
  writeFileSync(join(folder, 'old.AppImage'), 'the old version');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
  for (const clean of cleanups.reverse()) await clean();
});

const releaseOf = (change: Partial<Release> = {}): Release => ({
  app_id: 'app.clawdbot.Clawdbot',
  version: '1.1.0',
  ...machine,
  released_at: '2026-11-24T08:00:00Z',
  expires_at: '2026-12-24T08:00:00Z',
  files: [{ name: fileName, size: file.length, sha512: createHash('sha512').update(file).digest('base64') }],
  notes: { en: 'Better.', 'zh-CN': '更好。' },
  ...change,
});

function publish(change: Partial<Release> = {}, content: Buffer = file): void {
  server.files.set(notice, signRelease(releaseOf(change), key.privateKey));
  server.files.set(fileName, content);
}

/** electron-updater as it runs in an AppImage, with Node in place of Electron's network. */
function realInstaller(feed: URL) {
  const config = join(folder, 'app-update.yml');
  writeFileSync(config, 'provider: custom\nupdaterCacheDirName: clawdbot-updater\n');
  const updater: AppUpdater = new electronUpdater.AppImageUpdater(null, {
    version: '1.0.0',
    name: 'Clawdbot',
    isPackaged: true,
    appUpdateConfigPath: config,
    userDataPath: folder,
    baseCachePath: join(folder, 'cache'),
    whenReady: async () => {},
    relaunch: () => {},
    quit: () => {},
    onQuit: () => {},
  });
  class NodeExecutor extends ElectronHttpExecutor {
    // Everything of it but the request itself, which is Electron's.
    override createRequest(options: http.RequestOptions, callback: (response: http.IncomingMessage) => void): never {
      return (options.protocol === 'http:' ? http : https).request(options, callback) as never;
    }
  }
  Object.assign(updater, { httpExecutor: new NodeExecutor() });
  return createInstaller({ updater, CancellationToken: electronUpdater.CancellationToken, feed, stallMs: 2_000 });
}

function open(change: Partial<UpdateSource> = {}, nowMs = now) {
  const states: DesktopUpdate[] = [];
  const source: UpdateSource = {
    feed: server.feed,
    publicKey: key.publicKey,
    running: { appId: 'app.clawdbot.Clawdbot', version: '1.0.0', ...machine },
    autoCheck: false,
    autoDownload: false,
    ask: (url, init) => fetch(url, init),
    installer: realInstaller(server.feed),
    ...change,
  };
  const updates = createUpdates({
    source,
    logger: silentLogger,
    nowMs: () => nowMs,
    onChange: (state) => states.push(state),
  });
  cleanups.push(updates.stop);
  return { updates, states };
}

const fetched = () => {
  const pending = join(folder, 'cache/clawdbot-updater/pending');
  return readdirSync(pending).filter((name) => name.endsWith('.AppImage'));
};

test('a newer version is offered, fetched when asked for, and ready; nothing tells who asked', async () => {
  publish();
  const { updates, states } = open();
  await updates.check();
  expect(updates.state()).toMatchObject({
    step: 'offered',
    offered: { version: '1.1.0', notes: { en: 'Better.', 'zh-CN': '更好。' } },
    problem: null,
    checked_at: '2026-11-25T08:00:00.000Z',
  });
  expect(server.asked).toEqual([notice]);

  await updates.download();
  expect(updates.state()).toMatchObject({ step: 'ready', progress: 1, problem: null });
  expect(server.asked).toEqual([notice, fileName]);
  expect(fetched()).toEqual([fileName]);
  expect(readFileSync(join(folder, 'cache/clawdbot-updater/pending', fileName))).toEqual(file);
  const steps = states.filter(({ step }) => step === 'downloading').map(({ progress }) => progress);
  expect(steps).toEqual([...steps].sort((a, b) => a - b));
  expect(JSON.stringify(server.headers)).not.toMatch(/cookie|[0-9a-f]{8}-[0-9a-f]{4}-/);
});

test('the version that runs is no news', async () => {
  publish({ version: '1.0.0' });
  const { updates } = open();
  await updates.check();
  expect(updates.state()).toMatchObject({ step: 'idle', offered: null, problem: null });
});

/** More and more, no faster than it is taken and not fast enough to fill a disk. */
function pour(response: http.ServerResponse, bytes = 65_536): void {
  const timer = setInterval(() => response.write(Buffer.alloc(bytes)), 20);
  response.once('close', () => clearInterval(timer));
}

/** Whether this process may mount a file system of a few kilobytes. */
function isRootOnLinux(): boolean {
  return process.platform === 'linux' && process.getuid?.() === 0;
}

interface RefusedCase {
  problem: UpdateProblem;
  prepare(): Partial<UpdateSource> | undefined;
  /** Refused before anything of it is fetched. */
  early?: true;
  nowMs?: number;
  needsRoot?: true;
}

const refused: Record<string, RefusedCase> = {
  'a wrong signature': {
    problem: 'signature',
    early: true,
    prepare() {
      publish();
      const text = String(server.files.get(notice));
      server.files.set(notice, text.replace('1.1.0', '1.2.0'));
      return undefined;
    },
  },
  'a wrong hash': {
    problem: 'hash',
    prepare() {
      const other = Buffer.from(file);
      other[1_000_000] = (other[1_000_000] ?? 0) ^ 1;
      publish({}, other);
      return undefined;
    },
  },
  'more bytes than were signed': {
    problem: 'hash',
    prepare() {
      publish();
      server.files.set(fileName, (_request, response) => {
        response.writeHead(200, { 'content-length': 1_000_000_000 });
        pour(response);
      });
      return undefined;
    },
  },
  'bytes without an end': {
    problem: 'unreachable',
    prepare() {
      publish();
      server.files.set(fileName, (_request, response) => pour(response.writeHead(200)));
      return undefined;
    },
  },
  'a server that falls silent': {
    problem: 'unreachable',
    prepare() {
      publish();
      server.files.set(fileName, (_request, response) => {
        response.writeHead(200, { 'content-length': file.length }).write(file.subarray(0, 500_000));
      });
      return undefined;
    },
  },
  'an older version': {
    problem: 'older',
    early: true,
    prepare() {
      publish({ version: '0.9.0' });
      return undefined;
    },
  },
  'a notice that has expired': {
    problem: 'expired',
    early: true,
    nowMs: Date.parse('2026-12-24T08:00:00Z'),
    prepare() {
      publish();
      return undefined;
    },
  },
  'a fetch that is cut off': {
    problem: 'unreachable',
    prepare() {
      publish();
      server.files.set(fileName, (_request, response) => {
        response.writeHead(200, { 'content-length': file.length });
        response.write(file.subarray(0, 1_000_000), () => response.destroy());
      });
      return undefined;
    },
  },
  'a full disk': {
    problem: 'disk_full',
    needsRoot: true,
    prepare() {
      publish();
      const cache = join(folder, 'cache');
      mkdirSync(cache);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', cache]);
      cleanups.push(() => execFileSync('umount', ['-l', cache]));
      return undefined;
    },
  },
  'another publisher': {
    problem: 'publisher',
    early: true,
    prepare() {
      server.files.set(notice, signRelease(releaseOf(), newKey().privateKey));
      return undefined;
    },
  },
  'another product of the same publisher': {
    problem: 'publisher',
    early: true,
    prepare() {
      publish({ app_id: 'app.other.Other' });
      return undefined;
    },
  },
  'a feed without TLS': {
    problem: 'insecure',
    early: true,
    prepare() {
      publish();
      return { feed: new URL(server.feed.href.replace('https:', 'http:')) };
    },
  },
  'a feed that leads elsewhere': {
    problem: 'unreachable',
    early: true,
    prepare() {
      publish();
      server.files.set(notice, (_request, response) => {
        response.writeHead(302, { location: `${server.feed.href}other.json` }).end();
      });
      return undefined;
    },
  },
  'a notice for another machine': {
    problem: 'notice',
    early: true,
    prepare() {
      publish({ arch: 'arm64' });
      return undefined;
    },
  },
  'a notice for another channel': {
    problem: 'notice',
    early: true,
    prepare() {
      publish({ channel: 'beta' });
      return undefined;
    },
  },
  'a notice that is too large': {
    problem: 'notice',
    early: true,
    prepare() {
      server.files.set(notice, Buffer.alloc(1_000_000, 0x20));
      return undefined;
    },
  },
  'a notice that is none': {
    problem: 'notice',
    early: true,
    prepare() {
      server.files.set(notice, '<html>Please sign in</html>');
      return undefined;
    },
  },
  'a server that is not there': {
    problem: 'unreachable',
    early: true,
    prepare: () => ({ feed: new URL('https://127.0.0.1:1/feed/') }),
  },
};

describe('an update is refused, and the version that runs stays', () => {
  test.for(Object.entries(refused))('%s', async ([, refusal], { task, skip }) => {
    const { problem, prepare, early, nowMs, needsRoot } = refusal;
    if (needsRoot && !isRootOnLinux()) {
      Object.assign(task.meta, { leftOut: 'needs root on Linux to mount a file system' });
      return skip();
    }
    const { updates } = open(prepare(), nowMs);
    await updates.check();
    if (!early) {
      expect(updates.state()).toMatchObject({ step: 'offered', problem: null });
      await updates.download();
    }
    expect(updates.state()).toMatchObject({ step: early ? 'idle' : 'offered', problem });
    expect(updates.beginInstall()).toBe(false);
    if (early) expect(server.asked).not.toContain(fileName);
    else expect(fetched()).toEqual([]);
    expect(readFileSync(join(folder, 'old.AppImage'), 'utf8')).toBe('the old version');
  });
});

test('what was refused for a passing reason is there at the next try', async () => {
  refused['a fetch that is cut off']?.prepare();
  const { updates } = open();
  await updates.check();
  await updates.download();
  server.files.set(fileName, file);
  await updates.download();
  expect(updates.state()).toMatchObject({ step: 'ready', problem: null });
});

test('a fetch that is cancelled leaves the offer, and begins anew when asked', async () => {
  publish();
  let isHeld = true;
  server.files.set(fileName, (_request, response) => {
    response.writeHead(200, { 'content-length': file.length });
    if (!isHeld) return response.end(file);
    return pour(response, 2_048);
  });
  const { updates, states } = open();
  await updates.check();
  const fetching = updates.download();
  await vi.waitFor(() => expect(states.at(-1)?.progress).toBeGreaterThan(0), { timeout: 10_000 });
  updates.cancel();
  await fetching;
  expect(updates.state()).toMatchObject({ step: 'offered', progress: 0, problem: null });
  isHeld = false;
  await updates.download();
  expect(updates.state().step).toBe('ready');
});

test('it looks when it starts and once a day, and fetches nothing that nobody asked for', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  publish();
  const { updates } = open({ autoCheck: true });
  updates.start();
  await vi.waitFor(() => expect(updates.state().step).toBe('offered'));
  vi.advanceTimersByTime(23 * 3_600_000);
  expect(server.asked).toEqual([notice]);
  vi.advanceTimersByTime(3_600_000);
  await vi.waitFor(() => expect(server.asked).toEqual([notice, notice]));
  await vi.waitFor(() => expect(updates.state().step).toBe('offered'));
  updates.stop();
  vi.advanceTimersByTime(48 * 3_600_000);
  expect(server.asked).toEqual([notice, notice]);
});

test('switched off, it looks only when it is asked; told to, it fetches what it finds', async () => {
  publish();
  const quiet = open();
  quiet.updates.start();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(server.asked).toEqual([]);
  const eager = open({ autoCheck: true, autoDownload: true });
  eager.updates.start();
  await vi.waitFor(() => expect(eager.updates.state().step).toBe('ready'));
});

test('what was offered is offered no longer when its notice is taken back', async () => {
  publish();
  const { updates } = open();
  await updates.check();
  publish({ version: '0.9.0' });
  await updates.check();
  expect(updates.state()).toMatchObject({ step: 'idle', offered: null, problem: 'older' });
});

test.each([
  ['1.0.1', '1.0.0', true],
  ['1.10.0', '1.9.9', true],
  ['2.0.0', '2.0.0-rc.9', true],
  ['2.0.0-rc.1', '2.0.0-beta.12', true],
  ['2.0.0-beta.12', '2.0.0-beta.2', true],
  ['1.0.0', '1.0.0', false],
  ['1.0.0', '1.0.1', false],
  ['2.0.0-beta.1', '2.0.0', false],
  ['latest', '1.0.0', false],
  ['1.0.0', 'unknown', false],
])('%s after %s: %s', (version, than, expected) => {
  expect(isNewer(version, than)).toBe(expected);
});

test('a public key is its 32 bytes in base64, and nothing else is one', () => {
  const text = writePublicKey(key.publicKey);
  expect(text).toHaveLength(44);
  expect(readPublicKey(text)?.equals(key.publicKey)).toBe(true);
  for (const bad of ['', 'abc', text.slice(0, 40), `${text}A`, text.replace(/=$/, ''), 'ssh-ed25519 AAAA'])
    expect(readPublicKey(bad)).toBeNull();
});
