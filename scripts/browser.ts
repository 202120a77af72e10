import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { chromium } from '@playwright/test';
import { run, runNode } from './process.ts';
import { tools } from './project.ts';

/** What the search needs to know of a machine. */
export interface Machine {
  platform: NodeJS.Platform;
  env: Readonly<Record<string, string | undefined>>;
  home: string;
  exists(file: string): boolean;
  /** Where Playwright keeps the browser that it downloads. */
  downloaded: string;
}

export const thisMachine = (): Machine => ({
  platform: process.platform,
  env: process.env,
  home: homedir(),
  exists: existsSync,
  downloaded: chromium.executablePath(),
});

/** The browser of the tests: the one that CLAWDBOT_BROWSER names, else an installed one, else Playwright's; or null. */
export function findBrowser(machine: Machine): string | null {
  const named = machine.env['CLAWDBOT_BROWSER'];
  if (named) {
    if (machine.exists(named)) return named;
    throw new Error(`CLAWDBOT_BROWSER is ${named}, and there is no such file`);
  }
  return [...installPlaces(machine), machine.downloaded].find((file) => machine.exists(file)) ?? null;
}

/** Finds a browser, or gets one, or says what to install. */
export async function provideBrowser(say: (line: string) => void): Promise<string> {
  const found = findBrowser(thisMachine());
  if (found) return found;

  say('no browser found; trying Playwright’s download');
  // A machine without a way out is told within seconds; a slow one has the whole download to go on.
  const env = { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '10000' };
  const download = await runNode([tools.playwright, 'install', 'chromium'], { output: 'capture', env });
  const afterDownload = findBrowser(thisMachine());
  if (afterDownload) return afterDownload;

  const reasons = [`Playwright’s download failed: ${reasonIn(download.output)}`];
  if (isRootOnDebian()) {
    say('no download; installing chromium with apt-get');
    reasons.push(await installWithApt());
    const afterApt = findBrowser(thisMachine());
    if (afterApt) return afterApt;
  }
  throw new Error(
    `The browser tests need Chrome, Chromium or Edge: install one (Debian: apt-get install chromium fonts-noto-cjk), or name its program in CLAWDBOT_BROWSER. ${reasons.join('. ')}`,
  );
}

function installPlaces({ platform, env, home }: Machine): string[] {
  if (platform === 'darwin') {
    const applications = ['/Applications', path.posix.join(home, 'Applications')];
    return ['Google Chrome', 'Chromium', 'Microsoft Edge'].flatMap((name) =>
      applications.map((folder) => `${folder}/${name}.app/Contents/MacOS/${name}`),
    );
  }
  if (platform === 'win32') {
    const folders = ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((name) => env[name] ?? []);
    return [
      'Google\\Chrome\\Application\\chrome.exe',
      'Chromium\\Application\\chrome.exe',
      'Microsoft\\Edge\\Application\\msedge.exe',
    ].flatMap((program) => folders.map((folder) => path.win32.join(folder, program)));
  }
  const folders = [
    ...(env['PATH'] ?? '').split(':').filter((folder) => folder !== ''),
    '/usr/bin',
    '/usr/local/bin',
    '/opt/google/chrome',
  ];
  // chromium-browser comes last: on Ubuntu it is a script that only says how to get the snap.
  return [
    'google-chrome-stable',
    'google-chrome',
    'chrome',
    'chromium',
    'microsoft-edge-stable',
    'microsoft-edge',
    'chromium-browser',
  ].flatMap((name) => folders.map((folder) => path.posix.join(folder, name)));
}

const isRootOnDebian = () =>
  process.getuid?.() === 0 && existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get');

/** Returns what apt-get said last. Chinese pages need the fonts: without them every picture is a row of boxes. */
async function installWithApt(): Promise<string> {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-q'], { output: 'capture', env });
  const packages = ['chromium', 'fonts-noto-cjk'];
  const { output } = await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages], {
    output: 'capture',
    env,
  });
  return `apt-get ended with: ${reasonIn(output)}`;
}

const reasonIn = (output: string) => {
  const lines = output.trim().split('\n');
  return lines.findLast((line) => /^E(rror)?: /.test(line)) ?? lines.at(-1) ?? '';
};
