import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { readSchemaVersion } from '../sqlite/schema.ts';
import { hasUnsent, type Link, readLink, readTarget } from './capture.ts';
import { shapesOf } from './tables.ts';

/** What a working copy says of itself before anything is done to it. */
export interface LocalCopy {
  /** 0 for a file that is not there or holds nothing. */
  version: number;
  link: Link | null;
  /** The server to which it is being moved. */
  target: string | null;
  /** Rows that no server has heard of. */
  unsent: boolean;
  /** Nothing that people said or made. */
  empty: boolean;
}

export const nothing: LocalCopy = { version: 0, link: null, target: null, unsent: false, empty: true };

/** Where a working copy lies, by whatever name it is reached. */
export const folderOf = (file: string): string => realpathSync(dirname(resolve(file)));

export function lookAtCopy(file: string): LocalCopy {
  if (!existsSync(file) || statSync(file).size === 0) return nothing;
  const db = new Database(file, { readonly: true, fileMustExist: true });
  try {
    const version = readSchemaVersion(db);
    if (version === 0) return nothing;
    const empty = shapesOf(db)
      .filter(({ name }) => name !== 'meta')
      .every(({ name }) => db.prepare(`SELECT 1 FROM ${name} LIMIT 1`).get() === undefined);
    return { version, link: readLink(db), target: readTarget(db), unsent: hasUnsent(db), empty };
  } finally {
    db.close();
  }
}
