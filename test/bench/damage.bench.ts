import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { makeCopy } from '../../src-main/core/store/sqlite/copies.ts';
import { prepareDatabase } from '../../src-main/core/store/sqlite/prepare.ts';
import { flipBits, shareFound, shareFoundByQuickCheck } from '../fakes/bit-flips.ts';
import { chance, destroyPages } from '../fakes/damage.ts';
import { liveIn, rowsOf } from '../fakes/lived-in-database.ts';
import { round } from './lib/process-use.ts';

export const name = 'damage';

const flips = 1_000;
const rounds = 5;
const now = Date.UTC(2026, 5, 1);

/** Whether damage to a database is found, beside what SQLite finds by itself, and how many rows come back. */
export async function run() {
  const folder = mkdtempSync(join(tmpdir(), 'clawdbot-bench-'));
  try {
    return [await flipped(folder), ...(await destroyed(folder))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function flipped(folder: string) {
  const file = join(folder, 'flipped.db');
  liveIn(file, { messages: 300 });
  const { copy } = await makeCopy({ file, folder: join(folder, 'flipped'), reason: 'daily', now });
  if (!copy) throw new Error('no copy was made of a sound database');
  const count = flipBits(readFileSync(copy.path), flips, 1);
  const [ours, peer] = [shareFound(count), shareFoundByQuickCheck(count)];
  return {
    name: 'single bits turned over: found',
    ours: round(ours),
    peer: round(peer),
    ratio: ours / peer,
    unit: 'share',
    goal: '≥ 0.95, and quick_check alone must miss most',
    met: ours >= 0.95 && peer < 0.5,
    note: `${flips} flips, ${count.inFreeSpace} of them in space that holds nothing; beside it quick_check alone`,
  };
}

async function destroyed(folder: string) {
  const file = join(folder, 'memory.db');
  liveIn(file, { messages: 3_000 });
  await makeCopy({ file, folder: join(folder, 'backups'), reason: 'daily', now });
  liveIn(file, { messages: 30, from: 3_000 });
  const rows = readRows(file);
  const found = [];
  for (const pages of [1, 5, 20]) {
    const withCopy: number[] = [];
    const alone: number[] = [];
    for (let turn = 0; turn < rounds; turn++) {
      withCopy.push(await shareBack(file, join(folder, 'backups'), rows, pages, turn));
      alone.push(await shareBack(file, join(folder, 'none'), rows, pages, turn));
    }
    found.push({
      name: `${pages} ${pages === 1 ? 'page' : 'pages'} destroyed: rows back`,
      ours: round(Math.min(...withCopy)),
      peer: round(Math.min(...alone)),
      ratio: null,
      unit: 'share',
      goal: '≥ 0.98',
      met: Math.min(...withCopy) >= 0.98,
      note: `the worst of ${rounds} rounds; beside it without a copy`,
    });
  }
  return found;
}

async function shareBack(
  file: string,
  copies: string,
  rows: ReadonlyMap<string, string>,
  pages: number,
  turn: number,
): Promise<number> {
  const folder = mkdtempSync(join(copies, '../round-'));
  const damaged = join(folder, 'memory.db');
  try {
    mkdirSync(copies, { recursive: true });
    copyFileSync(file, damaged);
    destroyPages(damaged, pages, chance(pages * 100 + turn));
    await prepareDatabase({ file: damaged, copies, repair: true, now });
    const back = readRows(damaged);
    return [...rows].filter(([key, row]) => back.get(key) === row).length / rows.size;
  } catch (error) {
    // Refused, since nothing could be read: no row is back, and none is lost beyond what the damage took.
    if ((error as { code?: string }).code === 'DATABASE_CORRUPT') return 0;
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readRows(file: string): Map<string, string> {
  const db = new Database(file, { readonly: true });
  try {
    return rowsOf(db);
  } finally {
    db.close();
  }
}
