import * as z from 'zod';

/** One file of a diagnostics bundle. */
export const DiagnosticsFile = z.object({
  kind: z.enum(['about', 'configuration', 'checks', 'status', 'log']),
  name: z.string(),
  bytes: z.number().int(),
});
export type DiagnosticsFile = z.infer<typeof DiagnosticsFile>;

/** What somebody needs who looks into a fault, without a word or a name of anybody. */
export const Diagnostics = z.object({
  /** A name for the file. */
  name: z.string(),
  files: z.array(DiagnosticsFile),
  /** A zip with exactly these files. */
  archive_base64: z.base64(),
});
export type Diagnostics = z.infer<typeof Diagnostics>;
