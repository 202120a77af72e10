import { expect, test } from 'vitest';
import { findBrowser, type Machine } from './browser.ts';

const machine = (facts: Partial<Machine> & { files?: string[] }): Machine => ({
  platform: 'linux',
  env: { PATH: '/usr/local/bin:/usr/bin' },
  home: '/home/someone',
  downloaded: '/home/someone/.cache/ms-playwright/chromium/chrome',
  exists: (file) => (facts.files ?? []).includes(file),
  ...facts,
});

test('the browser that was named is used, whatever else is installed', () => {
  const env = { CLAWDBOT_BROWSER: '/opt/mine/chrome', PATH: '/usr/bin' };
  expect(findBrowser(machine({ env, files: ['/usr/bin/chromium', '/opt/mine/chrome'] }))).toBe('/opt/mine/chrome');
});

test('a named browser that is not there is an error, not a reason to take another', () => {
  const env = { CLAWDBOT_BROWSER: '/opt/mine/chrome', PATH: '/usr/bin' };
  expect(() => findBrowser(machine({ env, files: ['/usr/bin/chromium'] }))).toThrow(
    'CLAWDBOT_BROWSER is /opt/mine/chrome',
  );
});

test.each([
  ['Debian', machine({ files: ['/usr/bin/chromium'] }), '/usr/bin/chromium'],
  [
    'a PATH of its own',
    machine({ env: { PATH: '/nix/bin' }, files: ['/nix/bin/google-chrome'] }),
    '/nix/bin/google-chrome',
  ],
  ['no PATH at all', machine({ env: {}, files: ['/usr/bin/microsoft-edge'] }), '/usr/bin/microsoft-edge'],
  [
    'macOS',
    machine({ platform: 'darwin', files: ['/Applications/Chromium.app/Contents/MacOS/Chromium'] }),
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  [
    'macOS, installed for one person',
    machine({
      platform: 'darwin',
      files: ['/home/someone/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'],
    }),
    '/home/someone/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ],
  [
    'Windows with nothing but Edge',
    machine({
      platform: 'win32',
      env: { 'PROGRAMFILES(X86)': 'C:\\Program Files (x86)' },
      files: ['C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe'],
    }),
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  ],
])('the installed browser is found on %s', (_, facts, expected) => {
  expect(findBrowser(facts)).toBe(expected);
});

test('an installed browser comes before the downloaded one', () => {
  const facts = machine({});
  const files = [facts.downloaded, '/usr/bin/chromium'];
  expect(findBrowser(machine({ files }))).toBe('/usr/bin/chromium');
  expect(findBrowser(machine({ files: [facts.downloaded] }))).toBe(facts.downloaded);
});

test('where there is none, none is made up', () => {
  expect(findBrowser(machine({}))).toBeNull();
});
