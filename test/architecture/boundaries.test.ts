import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readBoundaries, rules, sourceFolders } from './boundaries.ts';
import { plants, writeTree } from './planted.ts';

const root = join(import.meta.dirname, '../..');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clawdbot-boundaries-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the product', () => {
  test('imports nothing across a boundary', async () => {
    const { modules, violations } = await readBoundaries(root, sourceFolders);
    expect(violations).toEqual([]);
    expect(modules).toBeGreaterThan(50);
  });

  test('has no feature in core without a place in the order', async () => {
    const entries = await readdir(join(root, 'src-main/core'), { withFileTypes: true });
    const features = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    expect(features.filter((feature) => !rules.order.flat().includes(feature))).toEqual([]);
  });
});

describe('the rules', () => {
  test('leave a lawful tree alone', async () => {
    const tree = join(folder, 'lawful');
    await writeTree(tree, []);
    const { violations } = await readBoundaries(tree, sourceFolders);
    expect(violations).toEqual([]);
  });

  test.each(plants)('$rule stops $from from importing $to', async (plant) => {
    const tree = join(folder, plant.rule);
    await writeTree(tree, [plant]);
    const { violations } = await readBoundaries(tree, sourceFolders);
    expect(violations.map(({ rule }) => rule)).toContain(plant.rule);
    expect(violations.every(({ from, rule }) => from === plant.from || rule === 'no-cycles')).toBe(true);
  });

  test('are each tried by a planted violation', () => {
    const tried = new Set(plants.map(({ rule }) => rule));
    expect(rules.forbidden.map(({ name }) => name).filter((name) => name !== undefined && !tried.has(name))).toEqual(
      [],
    );
  });

  test('do not pass when they saw no module', async () => {
    const empty = join(folder, 'empty');
    await mkdir(join(empty, 'src-main'), { recursive: true });
    await expect(readBoundaries(empty, ['src-main'])).rejects.toThrow('0 modules seen');
  });
});
