import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { at } from '../project.ts';
import { type Picture, writeIcns, writeIco } from './containers.ts';
import { type IconRecord, sha256 } from './record.ts';

const record = JSON.parse(await readFile(at('build/icons.json'), 'utf8')) as IconRecord;

async function hashesOf(folder: string, names: readonly string[]): Promise<Record<string, string>> {
  const entries = names.map(async (name) => [name, sha256(await readFile(join(folder, name)))] as const);
  return Object.fromEntries(await Promise.all(entries));
}

describe('the committed icons', () => {
  test('were made from the drawings that lie beside them; after a change, npm run icons makes them anew', async () => {
    expect(await hashesOf(at('build/art'), await readdir(at('build/art')))).toEqual(record.drawings);
    expect(await hashesOf(at('build'), Object.keys(record.icons))).toEqual(record.icons);
  });

  test('have the size that their names say', async () => {
    for (const name of await readdir(at('build/icons'))) {
      const png = await readFile(at('build/icons', name));
      expect(`${png.readUInt32BE(16)}x${png.readUInt32BE(20)}.png`).toBe(name);
    }
  });

  test('tell the five states of the tray apart without colour', () => {
    const shapes = ['idle', 'busy', 'attention', 'paused', 'offline'].map(
      (state) => record.icons[`tray/${state}Template.png`],
    );
    expect(new Set(shapes).size).toBe(5);
    expect(shapes).not.toContain(undefined);
  });
});

const picture = (size: number): Picture => ({
  size,
  png: Buffer.from(`png of ${size}`),
  pixels: Buffer.alloc(size * size * 4, Buffer.from([1, 2, 3, 4])),
});

test('an .ico holds small sizes as bitmaps in the order blue, green, red, alpha, and 256 as a PNG', () => {
  const ico = writeIco([picture(16), picture(256)]);
  const bodyAt = (entry: number) => ico.readUInt32LE(6 + 16 * entry + 12);
  expect(ico.readUInt16LE(4)).toBe(2);
  expect([ico[6], ico[6 + 16]]).toEqual([16, 0]);
  expect(ico.readInt32LE(bodyAt(0) + 8)).toBe(32);
  expect([...ico.subarray(bodyAt(0) + 40, bodyAt(0) + 44)]).toEqual([3, 2, 1, 4]);
  expect(ico.subarray(bodyAt(1)).toString()).toBe('png of 256');
});

test('an .icns says its own length and refuses to be made without a size', () => {
  const all = [32, 64, 128, 256, 512, 1024].map(picture);
  const icns = writeIcns(all);
  expect(icns.toString('latin1', 0, 4)).toBe('icns');
  expect(icns.readUInt32BE(4)).toBe(icns.length);
  expect(() => writeIcns(all.slice(1))).toThrow('32 pixels');
});
