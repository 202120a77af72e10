#!/usr/bin/env node
// Stands in for fpm, which electron-builder would download: what it is asked for a .deb, done with dpkg-deb.
import { chmod, copyFile, cp, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from '../process.ts';

await build(process.argv.slice(2));

async function build(args: readonly string[]): Promise<void> {
  const { options, files } = parse(args);
  const one = (name: string): string => options.get(name)?.[0] ?? '';
  const root = await mkdtemp(join(tmpdir(), 'clawdbot-deb-'));
  try {
    // mkdtemp closes the folder to others, and it becomes the / of the package.
    await chmod(root, 0o755);
    for (const [from, to] of files) {
      await mkdir(dirname(join(root, to)), { recursive: true });
      await cp(from, join(root, to), { recursive: true, verbatimSymlinks: true });
    }
    const size = await kilobytesOf(root);
    await mkdir(join(root, 'DEBIAN'));
    const fields = {
      Package: one('--name'),
      Version: one('--version'),
      License: one('--license'),
      Vendor: one('--vendor'),
      Architecture: one('--architecture'),
      Maintainer: one('--maintainer'),
      'Installed-Size': String(size),
      Depends: (options.get('-d') ?? []).join(', '),
      Recommends: (options.get('--deb-recommends') ?? []).join(', '),
      Section: one('--category'),
      Priority: one('--deb-priority'),
      Homepage: one('--url'),
      Description: one('--description').trim().replaceAll('\n', '\n '),
    };
    const control = Object.entries(fields).filter(([, value]) => value !== '');
    await writeFile(join(root, 'DEBIAN/control'), control.map(([name, value]) => `${name}: ${value}\n`).join(''));
    for (const [option, script] of [
      ['--after-install', 'postinst'],
      ['--after-remove', 'postrm'],
    ] as const) {
      await copyFile(one(option), join(root, 'DEBIAN', script));
      await chmod(join(root, 'DEBIAN', script), 0o755);
    }
    const { code, output } = await run('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', root, one('--package')], {
      output: 'capture',
    });
    if (code !== 0) throw new Error(output);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** Options with their values, and `from=to` for what goes where. */
function parse(args: readonly string[]): { options: Map<string, string[]>; files: [string, string][] } {
  const options = new Map<string, string[]>();
  const files: [string, string][] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '--force') continue;
    if (!arg.startsWith('-')) {
      const at = arg.lastIndexOf('=');
      if (at < 0) throw new Error(`fpm: ${arg} is not understood by this stand-in`);
      files.push([arg.slice(0, at), arg.slice(at + 1)]);
      continue;
    }
    const [, name = arg, joined] = /^(--[\w-]+)=(.*)$/s.exec(arg) ?? [];
    const value = joined ?? args[++i] ?? '';
    options.set(name, [...(options.get(name) ?? []), value]);
  }
  return { options, files };
}

async function kilobytesOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(file.parentPath, file.name))).size));
  return Math.ceil(sizes.reduce((sum, size) => sum + size, 0) / 1024);
}
