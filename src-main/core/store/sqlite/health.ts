import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { recordFile } from './check-record.ts';
import { listCopies } from './copies.ts';
import { asideNames, damagedFolder } from './salvage.ts';
import { SalvageReport } from './salvage-schema.ts';

/** What the last look at the database came to, kept beside the copies so that the next start knows. */
const CheckRecord = z.object({
  checked_at: z.string(),
  /** The product's version that looked. */
  version: z.string(),
  /** What was found, in SQLite's words; null where all was well. */
  damage: z.string().nullable(),
  damaged_rows: z.number().int(),
});
export type CheckRecord = z.infer<typeof CheckRecord>;

/** What is known about the database, its copies and what was set aside. */
export interface DatabaseHealth {
  check: CheckRecord | null;
  copies: number;
  copied_at: number | null;
  /** The newest salvage whose folder is still there. */
  salvage: SalvageReport | null;
}

export function readHealth(file: string, folder: string): DatabaseHealth {
  const copies = listCopies(folder);
  return {
    check: parseFile(recordFile(folder), CheckRecord),
    copies: copies.length,
    copied_at: copies[0]?.madeAt ?? null,
    salvage: lastSalvage(file),
  };
}

function lastSalvage(file: string): SalvageReport | null {
  for (const name of asideNames(file).reverse()) {
    const report = parseFile(join(damagedFolder(file), name, 'report.json'), SalvageReport);
    if (report) return report;
  }
  return null;
}

/** A note of ours that cannot be read says nothing; what it was about is looked at anew. */
function parseFile<T>(path: string, schema: z.ZodType<T>): T | null {
  if (!existsSync(path)) return null;
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return null;
    throw error;
  }
}
