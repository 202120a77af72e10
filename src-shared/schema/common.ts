import * as z from 'zod';

/** An instant, RFC 3339 with an offset in, always UTC out. */
export const Instant = z.iso.datetime({ offset: true });

/** A page of a list: pass `next_cursor` back as `cursor` for the next one; null means the end. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next_cursor: z.string().nullable() });

export const PageQuery = z.object({
  cursor: z.string().max(200).optional(),
  limit: z.number().int().min(1).max(500).default(50),
});

export const Locale = z.enum(['zh-CN', 'en']);
export type Locale = z.infer<typeof Locale>;

/** An IANA time zone name that this runtime knows. */
export const TimeZone = z
  .string()
  .max(64)
  .refine((name) => {
    try {
      new Intl.DateTimeFormat('en', { timeZone: name });
      return true;
    } catch {
      return false;
    }
  }, 'not a known IANA time zone, for example Asia/Shanghai');
