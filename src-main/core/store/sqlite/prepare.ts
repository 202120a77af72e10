import { existsSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { AppError } from '../../foundation/app-error.ts';
import { checkThoroughly, type Findings, isDamage, isSound } from './check.ts';
import { describeFindings, foundDamage, writeRecord } from './check-record.ts';
import { listCopies, makeCopy } from './copies.ts';
import { sqliteCode } from './open.ts';
import { finishSalvage, salvage } from './salvage.ts';
import type { SalvageReport } from './salvage-schema.ts';
import { readSchemaVersion, refuseNewer, schemaVersion } from './schema.ts';

export interface PrepareOptions {
  file: string;
  /** Where copies lie. */
  copies: string;
  /** False for whoever only looks: a damaged database is then refused. */
  repair: boolean;
  now: number;
}

export interface Prepared {
  /** Whether pages were looked through. */
  checked: boolean;
  salvage: SalvageReport | null;
}

/** A look at the pages of so much takes some 0.15 s. A larger file is looked at after the start, in another thread. */
const lookedAtEachStart = 64 * 1024 * 1024;

/**
 * Makes sure that there is a sound database to open: looks for damage, salvages what is damaged, and copies what is
 * about to be migrated. Changes nothing where nothing is wrong.
 *
 * @throws AppError DATABASE_CORRUPT, DATABASE_NEWER, STORE_FULL
 */
export async function prepareDatabase(options: PrepareOptions): Promise<Prepared> {
  const { file, copies, repair, now } = options;
  if (repair) finishSalvage(file);
  if (!existsSync(file)) return { checked: false, salvage: null };

  const look = lookAt(options);
  if (look.found !== null) return repairOrRefuse(options, look.found);
  if (!look.needsMigration) return { checked: look.checked, salvage: null };

  const { findings } = await makeCopy({ file, folder: copies, reason: 'migration', now });
  const { damage } = describeFindings(findings, now, '');
  return isSound(findings) || damage === null
    ? { checked: true, salvage: null }
    : repairOrRefuse({ file, copies, repair, now }, damage);
}

function repairOrRefuse({ file, copies, repair, now }: PrepareOptions, found: string): Prepared {
  if (!repair) {
    throw new AppError(
      'DATABASE_CORRUPT',
      `The database ${file} is damaged (${found}). It was left as it is. Start Clawdbot: it sets the damaged database aside and saves what it can`,
      { file, found },
    );
  }
  const report = salvage({ file, copies: listCopies(copies), found, now });
  // The new database was looked through; what an earlier look said is about the one set aside.
  if (existsSync(copies)) writeRecord(copies, describeFindings(nothing, now, ''));
  return { checked: true, salvage: report };
}

const nothing: Findings = { structure: [], rows: [], index: { missing: 0, extra: 0, untrue: false } };

interface Look {
  found: string | null;
  checked: boolean;
  needsMigration: boolean;
}

/** Reads only: a damaged file is set aside as it was, its log with it. */
function lookAt({ file, copies }: PrepareOptions): Look {
  // A log left behind means that the last writer did not close.
  const unclean = existsSync(`${file}-wal`);
  const size = statSync(file).size;
  const hasCopies = listCopies(copies).length > 0;
  const sound: Look = { found: null, checked: false, needsMigration: false };
  if (size === 0 && !unclean) return hasCopies ? { ...sound, found: 'the file is empty' } : sound;

  let db: Database.Database | undefined;
  try {
    db = new Database(file, { readonly: true, fileMustExist: true });
    refuseNewer(db, file);
    const version = readSchemaVersion(db);
    if (version === 0 && hasCopies) return { ...sound, found: 'it holds no tables' };
    const checked = unclean || size <= lookedAtEachStart;
    const found = foundDamage(copies) ? thorough(db) : checked ? quick(db) : null;
    return { found, checked, needsMigration: version > 0 && version < schemaVersion };
  } catch (error) {
    if (isDamage(error)) return { ...sound, found: sqliteCode(error) };
    // What keeps the file from being opened at all is told by whoever opens it for writing.
    if (cannotOpen.test(sqliteCode(error))) return sound;
    throw error;
  } finally {
    db?.close();
  }
}

const cannotOpen = /^SQLITE_(CANTOPEN|READONLY|PERM|FULL|IOERR)/;

function quick(db: Database.Database): string | null {
  const found = db.pragma('quick_check(1)', { simple: true }) as string;
  return found === 'ok' ? null : inOneLine(found);
}

const inOneLine = (found: string): string => found.replace(/\s+/g, ' ').slice(0, 200);

/** The last look found damage that a quick one may not see. */
function thorough(db: Database.Database): string | null {
  return describeFindings(checkThoroughly(db), 0, '').damage;
}
