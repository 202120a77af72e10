import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { damagedRows, type Findings } from './check.ts';
import { flushFolder } from './copies.ts';
import type { CheckRecord } from './health.ts';

// The store's thread runs this and no schema library, which would cost it megabytes for one small file.

export const recordFile = (folder: string): string => join(folder, 'last-check.json');

export function describeFindings(findings: Findings, now: number, version: string): CheckRecord {
  const rows = findings.rows.map(({ table, count }) => `${count} damaged in ${table}`);
  const damage = [...findings.structure.slice(0, 3), ...rows].join('; ').slice(0, 500);
  return {
    checked_at: new Date(now).toISOString(),
    version,
    damage: damage === '' ? null : damage,
    damaged_rows: damagedRows(findings),
  };
}

/** Old or new after a crash, never half of one. */
export function writeRecord(folder: string, record: CheckRecord): void {
  const draft = `${recordFile(folder)}.tmp`;
  const descriptor = openSync(draft, 'w', 0o600);
  try {
    writeSync(descriptor, `${JSON.stringify(record, null, 2)}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(draft, recordFile(folder));
  flushFolder(folder);
}

/** Whether the last look found damage. A note that cannot be read says nothing; what it was about is looked at anew. */
export function foundDamage(folder: string): boolean {
  if (!existsSync(recordFile(folder))) return false;
  try {
    const record: unknown = JSON.parse(readFileSync(recordFile(folder), 'utf8'));
    return typeof record === 'object' && record !== null && 'damage' in record && typeof record.damage === 'string';
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
