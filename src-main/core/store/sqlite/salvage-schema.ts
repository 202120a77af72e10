import * as z from 'zod';

/** What became of one table's rows. */
const TableReport = z.object({
  table: z.string(),
  saved: z.number().int(),
  from_copy: z.number().int(),
  /** Kept, although something in them is not what was written. */
  altered: z.number().int(),
  missing: z.number().int(),
  /** More may be missing than is counted: nobody knows how far the table went. */
  open_ended: z.boolean(),
  /** Ids of rows that are altered or missing, or `#` and their number where the id went with them. */
  keys: z.array(z.string()),
});
export type TableReport = z.infer<typeof TableReport>;

export const SalvageReport = z.object({
  at: z.string(),
  /** The folder with the damaged database. */
  aside: z.string(),
  report: z.string(),
  found: z.string(),
  copy: z.object({ path: z.string(), made_at: z.string() }).nullable(),
  tables: z.array(TableReport),
});
export type SalvageReport = z.infer<typeof SalvageReport>;
