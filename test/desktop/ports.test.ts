import { EventEmitter } from 'node:events';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContextBridge, IpcRenderer } from 'electron';
import { beforeEach, describe, expect, test } from 'vitest';
import { buildBridge } from '../../src-main/hosts/electron/preload/bridge.ts';
import type { Client, DesktopClient } from '../../src-shared/contract/index.ts';
import { FakeContents, FakeFrame, type FakePort } from '../fakes/electron/contents.ts';
import { openTestDesktop, settle } from '../fakes/electron/desktop.ts';
import type { FakeWindow } from '../fakes/electron/window.ts';

type Opened = Awaited<ReturnType<typeof openTestDesktop>>;
let opened: Opened;
let window: FakeWindow;

beforeEach(async () => {
  opened = await openTestDesktop();
  opened.desktop.handle({ toggle: false, link: null });
  await settle();
  const [first] = opened.fake.windows;
  if (!first) throw new Error('no window opened');
  window = first;
});

const own = (of: FakeWindow = window) => ({ sender: of.webContents, senderFrame: of.webContents.mainFrame });
const ask = (from: { sender: unknown; senderFrame: unknown }, ...words: unknown[]) =>
  opened.fake.ipcMain.fakeInvoke('clawdbot', from, ...words);
const request = { type: 'connect', id: 'a-1' };

async function connect(of: FakeWindow = window) {
  expect(await ask(own(of), request)).toEqual({ ok: true });
  const port = of.webContents.mainFrame.fakePosted.at(-1)?.transfer[0];
  if (!port) throw new Error('no port came');
  const client = createORPCClient<Client & { desktop: DesktopClient }>(new RPCLink({ port: asPort(port) }));
  port.start();
  return { client, port };
}

/** What Electron's port has and the browser's is asked for. */
const asPort = (port: FakePort) =>
  ({
    on: (event: string, listener: (event?: { data: unknown }) => void) => void port.on(event, listener),
    postMessage: (data: unknown) => port.postMessage(data),
  }) as ConstructorParameters<typeof RPCLink>[0]['port'];

describe('a page asks for its port', () => {
  test('and gets exactly one, under the id it gave', async () => {
    await connect();
    const posted = window.webContents.mainFrame.fakePosted;
    expect(posted).toHaveLength(1);
    expect(posted[0]).toMatchObject({ channel: 'clawdbot:port', message: 'a-1' });
    expect(posted[0]?.transfer).toHaveLength(1);
  });

  test('and works with the core through it', async () => {
    const { client } = await connect();
    const { id } = await client.tasks.create({ title: '周五前交报告' });
    expect((await client.tasks.get({ id })).title).toBe('周五前交报告');
    expect(await client.access.me()).toMatchObject({ role: 'admin' });
  });

  test('and a second port ends the first: a reloaded page leaves nothing behind', async () => {
    const first = await connect();
    const second = await connect();
    await settle();
    expect(first.port.fakeClosed).toBe(true);
    expect(second.port.fakeClosed).toBe(false);
  });

  test('and hears that there is no core once the product stops', async () => {
    opened.desktop.quit();
    expect(await ask(own(), request)).toEqual({ ok: false, code: 'STORE_UNAVAILABLE' });
  });
});

describe('refused without a port', () => {
  const foreigners: Record<string, () => { sender: unknown; senderFrame: unknown }> = {
    'a window that is not ours': () => {
      const contents = new FakeContents();
      contents.mainFrame.url = 'app://clawdbot/';
      return { sender: contents, senderFrame: contents.mainFrame };
    },
    'a frame inside our page': () => ({
      sender: window.webContents,
      senderFrame: new FakeFrame('app://clawdbot/', window.webContents.mainFrame),
    }),
    'a frame of another page': () => ({ sender: window.webContents, senderFrame: new FakeFrame('app://clawdbot/') }),
    'a frame that is gone': () => ({ sender: window.webContents, senderFrame: null }),
    'a page of another origin': () => {
      window.webContents.mainFrame.url = 'https://example.com/';
      return own();
    },
    'an origin that begins like ours': () => {
      window.webContents.mainFrame.url = 'app://clawdbot.example.com/';
      return own();
    },
    'a blank page in our window': () => {
      window.webContents.mainFrame.url = 'about:blank';
      return own();
    },
    'a frame that was detached': () => {
      window.webContents.mainFrame.detached = true;
      return own();
    },
  };

  test.each(Object.keys(foreigners))('%s', async (name) => {
    const from = foreigners[name]?.() ?? own();
    expect(await ask(from, request)).toEqual({ ok: false, code: 'FORBIDDEN' });
    expect(window.webContents.mainFrame.fakePosted).toEqual([]);
  });

  const withPrototype = JSON.parse('{"type":"connect","id":"a","__proto__":{"admin":true}}') as unknown;
  test.each([
    ['no word', []],
    ['two words', [request, request]],
    ['a text', ['connect']],
    ['a number', [7]],
    ['nothing', [null]],
    ['a list', [['connect', 'a']]],
    ['another type', [{ type: 'open', id: 'a' }]],
    ['a missing id', [{ type: 'connect' }]],
    ['an id that is no text', [{ type: 'connect', id: { toString: 'a' } }]],
    ['an empty id', [{ type: 'connect', id: '' }]],
    ['one key more', [{ ...request, token: 'a' }]],
    ['a prototype key', [withPrototype]],
    ['a constructor key', [{ type: 'connect', constructor: 'a' }]],
    ['ten megabytes', [{ type: 'connect', id: 'a'.repeat(10_000_000) }]],
    ['bytes', [new Uint8Array(10_000_000)]],
    ['a map', [new Map([['type', 'connect']])]],
    // A page must not be able to hold up the process that all windows share: bytes once took longer than this.
  ])('%s', { timeout: 5_000 }, async (_name, words) => {
    expect(await ask(own(), ...words)).toEqual({ ok: false, code: 'BAD_REQUEST' });
    expect(window.webContents.mainFrame.fakePosted).toEqual([]);
  });

  test('any other channel', async () => {
    await expect(opened.fake.ipcMain.fakeInvoke('more', own(), request)).rejects.toThrow('No handler');
  });

  test('and what was refused is logged without what was sent', async () => {
    await ask(own(), { type: 'connect', id: 'my private words' });
    expect(opened.logs.at(-1)).toEqual({ event: 'desktop.port_refused', fields: { reason: 'BAD_REQUEST' } });
  });
});

test('what is no frame of the protocol does not reach the decoder, and the port works on', async () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown) => void unhandled.push(error);
  process.on('unhandledRejection', note);
  try {
    const { client, port } = await connect();
    for (const junk of [
      'nonsense',
      '{}',
      '{"i":"1","p":{"u":7}}',
      null,
      7,
      { i: '1', p: {} },
      'x'.repeat(10_000_000),
      '{"__proto__":{}}',
    ])
      port.postMessage(junk);
    await settle();
    expect((await client.system.health()).status).toBe('up');
    await expect(client.tasks.create({ title: 'x'.repeat(3_000_000) })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    expect(unhandled).toEqual([]);
  } finally {
    process.off('unhandledRejection', note);
  }
});

test('every channel of the main process answers only our own page, and ten megabytes in no time', async () => {
  const { fakeChannels } = opened.fake.ipcMain;
  // The other ways into the main process are events, and nobody listens to one.
  expect(opened.fake.ipcMain.eventNames()).toEqual([]);
  expect(fakeChannels).toEqual(['clawdbot']);
  const foreign = { sender: new FakeContents(), senderFrame: new FakeFrame('app://clawdbot/') };
  for (const channel of fakeChannels) {
    const words = [request, 'a'.repeat(10_000_000), JSON.parse('{"__proto__":{"admin":true}}'), { type: 7 }];
    for (const word of words) {
      const answer = await opened.fake.ipcMain.fakeInvoke(channel, foreign, word);
      expect(answer, channel).toEqual({ ok: false, code: 'FORBIDDEN' });
    }
  }
  expect(({} as { admin?: true }).admin).toBeUndefined();
});

describe('the preload script', () => {
  function load(origin: string, isMainFrame = true) {
    const exposed: Record<string, unknown> = {};
    const posted: unknown[][] = [];
    const invoked: unknown[][] = [];
    const renderer = Object.assign(new EventEmitter(), {
      invoke: async (...words: unknown[]) => {
        invoked.push(words);
        return { ok: true };
      },
    });
    buildBridge({
      contextBridge: {
        exposeInMainWorld: (name: string, api: unknown) => (exposed[name] = api),
      } as unknown as ContextBridge,
      ipcRenderer: renderer as unknown as IpcRenderer,
      isMainFrame,
      page: { location: { origin }, postMessage: (...words: unknown[]) => void posted.push(words) },
    });
    return { exposed, posted, invoked, renderer };
  }

  test('gives our page one function and nothing else', () => {
    const { exposed } = load('app://clawdbot');
    expect(exposed).toMatchInlineSnapshot(`
      {
        "clawdbot": {
          "connect": [Function],
        },
      }
    `);
  });

  test('gives that function one word to take, and its answer is nothing but done or a code', async () => {
    const { exposed, invoked, renderer } = load('app://clawdbot');
    const { connect: ask } = exposed['clawdbot'] as { connect(...words: unknown[]): Promise<unknown> };
    expect(ask).toHaveLength(1);
    await expect(ask('a-1', 'more', { admin: true })).resolves.toBeUndefined();
    expect(invoked).toEqual([['clawdbot', { type: 'connect', id: 'a-1' }]]);
    renderer.invoke = async () => ({ ok: false, code: 'FORBIDDEN' }) as never;
    await expect(ask('a-1')).rejects.toThrow(/^FORBIDDEN$/);
    expect(renderer.eventNames()).toEqual(['clawdbot:port']);
  });

  test.each(['https://example.com', 'app://other', 'null', 'file://'])('gives %s nothing', (origin) => {
    expect(load(origin)).toMatchObject({ exposed: {} });
    expect(load(origin).renderer.listenerCount('clawdbot:port')).toBe(0);
  });

  test('gives a frame inside our page nothing', () => {
    expect(load('app://clawdbot', false).exposed).toEqual({});
  });

  test('asks on the one channel and passes the port on to this page alone', async () => {
    const { exposed, posted, invoked, renderer } = load('app://clawdbot');
    await (exposed['clawdbot'] as { connect(id: string): Promise<void> }).connect('a-1');
    expect(invoked).toEqual([['clawdbot', { type: 'connect', id: 'a-1' }]]);
    const port = {};
    renderer.emit('clawdbot:port', { ports: [port] }, 'a-1');
    expect(posted).toEqual([[{ type: 'clawdbot:port', id: 'a-1' }, 'app://clawdbot', [port]]]);
    renderer.emit('clawdbot:port', { ports: [] }, 'a-1');
    renderer.emit('clawdbot:port', { ports: [port, port] }, 'a-1');
    renderer.emit('clawdbot:port', { ports: [port] }, { id: 'a-1' });
    expect(posted).toHaveLength(1);
  });
});

describe('through its port a window of the shell', () => {
  test('learns which window it is, pins itself and hides', async () => {
    opened.desktop.handle({ toggle: true, link: null });
    await settle();
    const tray = opened.fake.windows.find(({ fakeOptions }) => fakeOptions.frame === false);
    if (!tray) throw new Error('no tray chat');
    const { client } = await connect(tray);
    expect(await client.desktop.state()).toMatchObject({ window: 'tray', pinned: false, autostart: false });
    expect(await client.desktop.pin({ pinned: true })).toMatchObject({ pinned: true });
    tray.emit('blur');
    expect(tray.isVisible()).toBe(true);
    await client.desktop.pin({ pinned: false });
    await client.desktop.hide();
    expect(tray.isVisible()).toBe(false);
  });

  test('opens the main window at a conversation, and not at an address', async () => {
    const { client } = await connect();
    await client.desktop.openMain({ screen: 'conversation', id: 'chat:main' });
    expect(window.fakeLoaded.at(-1)).toBe('app://clawdbot/#/chat?conversation=chat%3Amain');
    const wrong = { screen: 'conversation', id: 'chat:main', url: 'https://example.com/' };
    await expect(client.desktop.openMain(wrong as { screen: 'chat' })).rejects.toThrow();
  });

  test('gives the menus its theme and language', async () => {
    const { client } = await connect();
    await client.desktop.look({ theme: 'dark', language: 'zh-CN' });
    expect(opened.fake.nativeTheme.themeSource).toBe('dark');
    expect(opened.tray.fakeMenu?.fakeItems.map(({ label }) => label)).toContain('快速聊天');
    expect(opened.memory.get()).toMatchObject({ theme: 'dark', language: 'zh-CN' });
  });
});
