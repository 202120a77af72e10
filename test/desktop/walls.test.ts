import { describe, expect, test } from 'vitest';
import { guardContents } from '../../src-main/hosts/electron/contents-walls.ts';
import { createExternalLinks } from '../../src-main/hosts/electron/external-links.ts';
import { guardSession } from '../../src-main/hosts/electron/session-walls.ts';
import { FakeContents, FakeEvent } from '../fakes/electron/contents.ts';
import { createFakeElectron } from '../fakes/electron/index.ts';
import { FakeSession } from '../fakes/electron/system.ts';

interface Logged {
  event: string;
  fields: unknown;
}

function createLog() {
  const logged: Logged[] = [];
  const keep = (event: string, fields: unknown = {}) => void logged.push({ event, fields });
  return { logged, logger: { debug: keep, info: keep, warn: keep, error: keep } as never };
}

describe('whatever shows a page', () => {
  function openContents() {
    const electron = createFakeElectron();
    const offered: string[] = [];
    const { logged, logger } = createLog();
    guardContents({ electron: electron.modules, offer: (address) => offered.push(address), logger });
    const contents = new FakeContents();
    electron.app.emit('web-contents-created', new FakeEvent(), contents);
    return { contents, offered, logged };
  }

  test('stays on our own page; where a link wanted to go is offered to the person', () => {
    const { contents, offered, logged } = openContents();
    expect(contents.fakeGoes('app://clawdbot/#/todos')).toBe(true);
    expect(contents.fakeGoes('https://example.com/a')).toBe(false);
    expect(contents.fakeGoes('app://clawdbot.example/')).toBe(false);
    expect(offered).toEqual(['https://example.com/a', 'app://clawdbot.example/']);
    expect(logged).toEqual([]);
  });

  test('opens no window, and offers what it wanted to open', () => {
    const { contents, offered } = openContents();
    expect(contents.fakeOpens('https://example.com/b')).toBe('deny');
    expect(offered).toEqual(['https://example.com/b']);
  });

  test('is led nowhere by a redirect, and follows one within our own page', () => {
    const { contents, offered, logged } = openContents();
    expect(contents.fakeGoes('app://clawdbot/a', 'will-redirect')).toBe(true);
    expect(contents.fakeGoes('https://example.com/?secret', 'will-redirect')).toBe(false);
    expect(logged).toEqual([{ event: 'desktop.refused', fields: { what: 'redirect' } }]);
    expect(offered).toEqual([]);
  });

  test('has no frames and no webviews; the main frame is judged elsewhere', () => {
    const { contents, logged } = openContents();
    expect(contents.fakeGoes('app://clawdbot/', 'will-frame-navigate')).toBe(false);
    const main = Object.assign(new FakeEvent(), { url: 'app://clawdbot/', isMainFrame: true });
    contents.emit('will-frame-navigate', main);
    expect(main.defaultPrevented).toBe(false);
    const webview = new FakeEvent();
    contents.emit('will-attach-webview', webview, {}, {});
    expect(webview.defaultPrevented).toBe(true);
    expect(logged).toEqual([
      { event: 'desktop.refused', fields: { what: 'frame' } },
      { event: 'desktop.refused', fields: { what: 'webview' } },
    ]);
  });
});

describe('the session of the windows', () => {
  function openSession() {
    const session = new FakeSession();
    guardSession(session as never);
    return session;
  }

  test('loads our own page and what it made itself, and nothing that only says so further on', () => {
    const session = openSession();
    for (const address of [
      'app://clawdbot/a.js',
      'blob:app://clawdbot/1',
      'data:image/png;base64,AA',
      'devtools://devtools/a',
    ])
      expect(session.fakeLoads(address), address).toBe(true);
    for (const address of [
      'https://example.com/?a=data:x',
      'https://example.com/blob:',
      'http://127.0.0.1:8000/',
      'ws://127.0.0.1:8000/ws',
      'file:///etc/passwd',
      'filesystem:app://clawdbot/a',
    ])
      expect(session.fakeLoads(address), address).toBe(false);
  });

  test('saves what the page made, and fetches nothing to save', () => {
    const session = openSession();
    expect(session.fakeDownloads('blob:app://clawdbot/1')).toBe(true);
    for (const address of [
      'https://example.com/blob:',
      'app://clawdbot/a',
      'data:text/plain,x',
      'https://example.com/?x=blob:',
    ])
      expect(session.fakeDownloads(address), address).toBe(false);
  });

  test('lets our own page write to the clipboard, and nobody do anything else', () => {
    const session = openSession();
    const no = { asked: false, checked: false };
    expect(session.fakeGrants('clipboard-sanitized-write', 'app://clawdbot/')).toEqual({ asked: true, checked: true });
    expect(session.fakeGrants('clipboard-sanitized-write', 'app://other/')).toEqual(no);
    expect(session.fakeGrants('clipboard-sanitized-write', 'app://clawdbot/', false)).toEqual(no);
    expect(session.fakeGrants('clipboard-read', 'app://clawdbot/')).toEqual(no);
    expect(session.fakeGrantsDevice()).toBe(false);
  });
});

describe('an address that leads elsewhere', () => {
  function openLinks({ agrees = true } = {}) {
    const electron = createFakeElectron();
    const asked: unknown[] = [];
    const { logged, logger } = createLog();
    const open = createExternalLinks({
      electron: electron.modules,
      confirm: async (question) => {
        asked.push(question);
        return agrees;
      },
      text: (key) => key,
      logger,
    });
    return { open, asked, logged, opened: electron.shell.fakeOpened };
  }

  test('is opened after the person saw which host it leads to', async () => {
    const { open, asked, opened, logged } = openLinks();
    await open('https://example.com/a?b=1');
    expect(asked).toEqual([
      { title: 'link.title', detail: 'example.com\n\nhttps://example.com/a?b=1', action: 'link.open' },
    ]);
    expect(opened).toEqual(['https://example.com/a?b=1']);
    expect(logged).toEqual([]);
  });

  test('to a person is shown as that person', async () => {
    const { open, asked, opened } = openLinks();
    await open('mailto:ana@example.com?subject=hi');
    expect(asked).toEqual([{ title: 'link.mail', detail: 'ana@example.com', action: 'link.open' }]);
    expect(opened).toEqual(['mailto:ana@example.com?subject=hi']);
  });

  test('is not opened when the person says no', async () => {
    const { open, asked, opened } = openLinks({ agrees: false });
    await open('https://example.com/');
    expect(asked).toHaveLength(1);
    expect(opened).toEqual([]);
  });

  test.each([
    ['file:///etc/passwd', 'file:'],
    ['http://example.com/', 'http:'],
    ['ms-msdt:/id', 'ms-msdt:'],
    ['https://bank.example@evil.example/', 'https:'],
    ['https://:word@evil.example/', 'https:'],
    ['no address at all', 'none'],
    [`https://example.com/${'a'.repeat(2029)}`, 'none'],
  ])('%s is refused without a question, and only its kind is logged', async (address, scheme) => {
    const { open, asked, opened, logged } = openLinks();
    await open(address);
    expect(asked).toEqual([]);
    expect(opened).toEqual([]);
    expect(logged).toEqual([{ event: 'desktop.link_refused', fields: { scheme } }]);
  });

  test('may be as long as 2,048 characters', async () => {
    const { open, opened } = openLinks();
    await open(`https://example.com/${'a'.repeat(2028)}`);
    expect(opened).toHaveLength(1);
  });
});
