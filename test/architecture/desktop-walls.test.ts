import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { windowDoors } from './desktop-walls.ts';
import { isTest, readSources, type Source } from './sources.ts';

const root = join(import.meta.dirname, '../..');
const host = 'src-main/hosts/electron/';
let sources: Source[];

beforeAll(async () => {
  sources = (await readSources(root, ['src-main'])).filter((source) => !isTest(source));
});

describe('what opens a window, or a way into one', () => {
  test('stands in one file each', () => {
    expect(sources.filter(({ path }) => path.startsWith(host)).length).toBeGreaterThan(20);
    expect(sources.flatMap(windowDoors)).toEqual([]);
  });

  test.each([
    'const w = new electron.BrowserWindow({});',
    'const w = new BrowserWindow();',
    'const v = new WebContentsView();',
    "electron.ipcMain.handle('more', run);",
    "ipcMain.on('more', run);",
    "protocol.handle('file', serve);",
    'contents.setWindowOpenHandler(allow);',
    'session.setPermissionRequestHandler(grant);',
    'electron.shell.openExternal(url);',
    "window.loadFile('index.html');",
    'contents.executeJavaScript(text);',
    "session.fromPartition('more').fetch(url);",
    "contextBridge.exposeInMainWorld('more', api);",
  ])('is found elsewhere: %s', (text) => {
    expect(windowDoors({ path: `${host}tray.ts`, text })).toHaveLength(1);
  });

  test('is left alone in its own file', () => {
    const text = 'const w = new electron.BrowserWindow({});';
    expect(windowDoors({ path: `${host}create-window.ts`, text })).toEqual([]);
  });
});

test('each file of the desktop host fits on a screen', () => {
  const longest = 260;
  const long = sources.filter(({ path, text }) => path.startsWith(host) && text.split('\n').length > longest);
  expect(long.map(({ path }) => path)).toEqual([]);
});
