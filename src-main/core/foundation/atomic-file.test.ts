import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeFileAtomic } from './atomic-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'atomic-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('writing a file', () => {
  test('the new content replaces the old and only its owner may read it', async () => {
    const path = join(folder, 'config.yaml');
    writeFileSync(path, 'old', { mode: 0o644 });

    await writeFileAtomic(path, 'new');

    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['config.yaml']);
  });

  test('a settings file that is a link stays a link, and what it points to changes', async () => {
    const real = join(folder, 'elsewhere.yaml');
    const link = join(folder, 'config.yaml');
    writeFileSync(real, 'old');
    symlinkSync(real, link);

    await writeFileAtomic(link, 'new');

    expect(readFileSync(real, 'utf8')).toBe('new');
    expect(
      readdirSync(folder, { withFileTypes: true })
        .find((entry) => entry.name === 'config.yaml')
        ?.isSymbolicLink(),
    ).toBe(true);
  });

  test('a write that fails leaves the old content and nothing beside it', async () => {
    const path = join(folder, 'taken');
    // A folder with something in it cannot be renamed over.
    mkdirSync(join(path, 'inside'), { recursive: true });

    await expect(writeFileAtomic(path, 'new')).rejects.toThrow();

    expect(readdirSync(folder)).toEqual(['taken']);
  });

  test('writes of one file at the same time each succeed, and one of them is what remains', async () => {
    const path = join(folder, 'busy');
    const contents = Array.from({ length: 20 }, (_, i) => `${i}`.repeat(5_000));

    await Promise.all(contents.map((content) => writeFileAtomic(path, content)));

    expect(contents).toContain(readFileSync(path, 'utf8'));
    expect(readdirSync(folder)).toEqual(['busy']);
  });

  test('what a dead writer left is cleared, what a living one is writing stays', async () => {
    const path = join(folder, 'config.yaml');
    const dead = join(folder, `.config.yaml.${await pidOfTheDead()}.0123456789ab.tmp`);
    const living = join(folder, `.config.yaml.${process.ppid}.0123456789ab.tmp`);
    const foreign = join(folder, '.config.yaml.swp');
    for (const file of [dead, living, foreign]) writeFileSync(file, '');

    await writeFileAtomic(path, 'new');

    expect([dead, living, foreign].map((file) => existsSync(file))).toEqual([false, true, true]);
  });

  test('a folder that nobody may write to keeps its file as it was', async () => {
    const path = join(folder, 'config.yaml');
    writeFileSync(path, 'old');
    chmodSync(folder, 0o500);

    const child = spawn(process.execPath, ['--input-type=module', '-e', writeOnce(path)], asSomebodyElse());
    const [code] = await once(child, 'exit');

    chmodSync(folder, 0o700);
    expect(code).toBe(permissionDenied);
    expect(readFileSync(path, 'utf8')).toBe('old');
  });
});

/*
 * One kill interrupts many writes: each child writes sixteen files side by side, and is killed at a random moment.
 * Content is a header with its own length and a letter repeated, so that a mixture or a cut shows.
 */
describe('a writer killed at a random moment', () => {
  const files = 16;

  test('200 interrupted writes leave the old or the new content, never a torn one', async () => {
    const { torn, interrupted } = await killWriters('writeFileAtomic', (found) => found.interrupted >= 200);

    expect(torn).toEqual([]);
    expect(interrupted).toBeGreaterThanOrEqual(200);
  });

  test('the same check finds torn files when they are written in place', async () => {
    const { torn } = await killWriters('writeInPlace', (found) => found.torn.length > 0);

    expect(torn.length).toBeGreaterThan(0);
  });

  type Found = { torn: string[]; interrupted: number };
  /** `interrupted` counts the temporary files that the killed child had open: writes caught in the middle. */
  async function killWriters(
    how: 'writeFileAtomic' | 'writeInPlace',
    enough: (found: Found) => boolean,
  ): Promise<Found> {
    const found: Found = { torn: [], interrupted: 0 };
    for (let i = 0; i < files; i++) writeFileSync(join(folder, `f${i}`), letters('a', 1));
    for (let kills = 0; kills < 60 && !enough(found); kills++) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', writeForEver(how)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(child.stdout, 'data');
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 40));
      child.kill('SIGKILL');
      await once(child, 'exit');
      for (let i = 0; i < files; i++)
        if (!isWhole(readFileSync(join(folder, `f${i}`), 'utf8'))) found.torn.push(`f${i}`);
      found.interrupted += readdirSync(folder).filter(
        (name) => name.endsWith('.tmp') && name.includes(`.${child.pid}.`),
      ).length;
    }
    return found;
  }

  const letters = (letter: string, length: number) => `${length}:${letter.repeat(length)}`;
  function isWhole(text: string): boolean {
    const [length, body = ''] = text.split(':');
    return body.length === Number(length) && body === (body[0] ?? '').repeat(body.length);
  }

  const writeForEver = (how: string) => `
    import { writeFile } from 'node:fs/promises';
    import { writeFileAtomic } from ${JSON.stringify(import.meta.resolve('./atomic-file.ts'))};
    const writeInPlace = (path, data) => writeFile(path, data);
    const content = (n) => { const size = 20000 + (n * 7919) % 400000; return size + ':' + 'abcdefghij'[n % 10].repeat(size); };
    let n = 0;
    async function writer(i) { for (;;) await ${how}(${JSON.stringify(folder)} + '/f' + i, content(n++)); }
    for (let i = 0; i < ${files}; i++) writer(i);
    setTimeout(() => console.log('busy'), 30);`;
});

const permissionDenied = 13;
const writeOnce = (path: string) => `
  import { writeFileAtomic } from ${JSON.stringify(import.meta.resolve('./atomic-file.ts'))};
  const failed = (error) => process.exit(error.code === 'EACCES' ? ${permissionDenied} : 1);
  await writeFileAtomic(${JSON.stringify(path)}, 'new').catch(failed);`;

/** The superuser may write anywhere, so the attempt is made as the system's nobody. */
const asSomebodyElse = () =>
  process.getuid?.() === 0 ? { uid: 65534, gid: 65534, stdio: 'ignore' as const } : { stdio: 'ignore' as const };

async function pidOfTheDead(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
}
