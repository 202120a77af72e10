import { createHash } from 'node:crypto';
import Database from 'better-sqlite3';
import { checkThoroughly, isDamage, isIndexSound, isSound } from '../../src-main/core/store/sqlite/check.ts';
import { chance } from './damage.ts';

export interface FlipCount {
  flips: number;
  /** Found by what the product does to its copies. */
  found: number;
  /** Not found, and nothing that can be read differs: the bit lies in space that holds nothing. */
  inFreeSpace: number;
  /** Where what was not found lies. */
  missed: number[];
  /** Found by `PRAGMA quick_check` alone. */
  foundByQuickCheck: number;
}

/** The share of the flips that changed something. */
export const shareFound = ({ flips, found, inFreeSpace }: FlipCount): number => found / (flips - inFreeSpace);
export const shareFoundByQuickCheck = ({ flips, foundByQuickCheck, inFreeSpace }: FlipCount): number =>
  foundByQuickCheck / (flips - inFreeSpace);

/** Turns over one bit at a time in the image of a database, anywhere, and looks whether that is found. */
export function flipBits(image: Buffer, flips: number, seed: number): FlipCount {
  const next = chance(seed);
  const whole = withDatabase(image, everythingReadable);
  const count: FlipCount = { flips, found: 0, inFreeSpace: 0, missed: [], foundByQuickCheck: 0 };
  for (let flip = 0; flip < flips; flip++) {
    const offset = next(image.length);
    const damaged = Buffer.from(image);
    damaged[offset] = (damaged[offset] ?? 0) ^ (1 << next(8));
    if (withDatabase(damaged, (db) => db.pragma('quick_check(1)', { simple: true })) !== 'ok')
      count.foundByQuickCheck++;
    const sound = withDatabase(damaged, (db) => {
      const findings = checkThoroughly(db);
      return isSound(findings) && isIndexSound(findings);
    });
    if (sound !== true) count.found++;
    else if (withDatabase(damaged, everythingReadable) === whole) count.inFreeSpace++;
    else count.missed.push(offset);
  }
  return count;
}

/** What a look at the image comes to; null where damage ended it. */
function withDatabase<T>(image: Buffer, look: (db: Database.Database) => T): T | null {
  let db: Database.Database | undefined;
  try {
    db = new Database(Buffer.from(image));
    return look(db);
  } catch (error) {
    if (isDamage(error)) return null;
    throw error;
  } finally {
    db?.close();
  }
}

/** A digest of the schema, of every row of every table, those of the text index too, and of every index in its order. */
function everythingReadable(db: Database.Database): string {
  const hash = createHash('sha256').update(String(db.pragma('user_version', { simple: true })));
  const objects = db
    .prepare<[], { type: string; name: string; tbl_name: string; sql: string | null }>(
      'SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name',
    )
    .all();
  for (const { type, name, tbl_name, sql } of objects) {
    hash.update(`${name} ${tbl_name} ${sql}`);
    if (type === 'table' && !sql?.startsWith('CREATE VIRTUAL')) addRows(hash, db, `SELECT * FROM "${name}"`);
    if (type === 'index')
      addRows(hash, db, `SELECT ${columnsOf(db, name)} FROM "${tbl_name}" ORDER BY ${columnsOf(db, name)}`);
  }
  return hash.digest('hex');
}

const columnsOf = (db: Database.Database, index: string): string =>
  db.prepare<[], string>(`SELECT name FROM pragma_index_info('${index}')`).pluck().all().join(', ');

function addRows(hash: ReturnType<typeof createHash>, db: Database.Database, sql: string): void {
  for (const row of db.prepare<[], unknown[]>(sql).raw().iterate()) hash.update(JSON.stringify(row));
}
