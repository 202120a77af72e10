import { describe, expect, test } from 'vitest';
import { type DesktopMachine, findDesktop, reasons } from './desktop.ts';

const machine = (change: Partial<DesktopMachine> & { files?: string[] } = {}): DesktopMachine => ({
  platform: 'linux',
  env: { DISPLAY: ':0' },
  isRoot: false,
  electronFolder: '/p/electron',
  read: (file) => (file === '/p/electron/path.txt' ? 'electron\n' : null),
  exists: (file) => (change.files ?? ['/p/electron/dist/electron']).includes(file),
  ...change,
});

describe('npm start opens a window', () => {
  test('where the program and a display are there', () => {
    expect(findDesktop(machine())).toEqual({ program: '/p/electron/dist/electron' });
    expect(findDesktop(machine({ env: { WAYLAND_DISPLAY: 'wayland-0' } }))).toHaveProperty('program');
    expect(findDesktop(machine({ platform: 'darwin', env: {} }))).toHaveProperty('program');
  });

  test('with the program that ELECTRON_OVERRIDE_DIST_PATH names', () => {
    const env = { DISPLAY: ':0', ELECTRON_OVERRIDE_DIST_PATH: '/usr/lib/electron45' };
    expect(findDesktop(machine({ env, files: ['/usr/lib/electron45/electron'] }))).toEqual({
      program: '/usr/lib/electron45/electron',
    });
  });

  test('and otherwise says why not', () => {
    expect(findDesktop(machine({ files: [] }))).toEqual({ why: 'no-program' });
    expect(findDesktop(machine({ read: () => null }))).toEqual({ why: 'no-program' });
    expect(findDesktop(machine({ env: {} }))).toEqual({ why: 'no-display' });
    expect(findDesktop(machine({ isRoot: true }))).toEqual({ why: 'is-root' });
    for (const { en, zh } of Object.values(reasons)) expect(zh).not.toBe(en);
  });
});
