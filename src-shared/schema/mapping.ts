import * as z from 'zod';

/**
 * How a vendor's JSON becomes a unified message: for each field a template. `{{path}}` is replaced by the value at
 * that JSON path (`$.a.b[0]['c d']`, `$` may be left out); text around it stays. A template that is one path alone
 * keeps the value's type. `a | b` inside the braces takes the first path that exists. No code, no functions.
 */
const Template = z.string().min(1).max(2000);

export const Mapping = z.strictObject({
  sender_id: Template,
  content: Template,
  external_id: Template.optional(),
  conversation_id: Template.optional(),
  platform: Template.optional(),
  /** Unix seconds, Unix milliseconds or an RFC 3339 text. */
  timestamp: Template.optional(),
  metadata: z.record(z.string().max(64), Template).optional(),
  attachments: z
    .strictObject({
      each: Template,
      type: Template,
      url: Template,
      name: Template.optional(),
      mime: Template.optional(),
    })
    .optional(),
});
export type Mapping = z.infer<typeof Mapping>;
