import type { ExportRecord } from '../../../../src-shared/schema/transfer.ts';

/** The columns of both kinds; a record leaves those of the other empty. Objects and lists are JSON. */
export const csvColumns = [
  'type',
  'id',
  'content',
  'title',
  'created_at',
  'sender_id',
  'subject',
  'conversation_id',
  'platform',
  'kind',
  'external_id',
  'message_id',
  'metadata',
  'sensitive',
  'pinned',
  'never_use',
  'forgotten_at',
  'status',
  'due',
  'due_granularity',
  'rrule',
  'assignee',
  'priority',
  'labels',
  'progress',
  'confidence',
  'why',
  'source',
  'position',
  'updated_at',
  'done_at',
  'removed_at',
] as const;
export const jsonColumns: ReadonlySet<string> = new Set(['metadata', 'labels', 'why', 'source']);

/** Excel takes a file without it for one in the code page of the system, and Chinese for noise. */
const byteOrderMark = '\ufeff';

/** What a spreadsheet would take for a formula, in either width, also behind quotes that were put before it. */
const formula = /^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
/** The same with a quote before it: what an import takes one quote away from again. */
export const guardedFormula = /^'+[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

export const csvHead = (): string => `${byteOrderMark}${csvColumns.join(',')}\r\n`;

/** One record as RFC 4180 has it. A cell that a spreadsheet would calculate begins with a quote, which makes it a text. */
export function csvRow(record: ExportRecord): string {
  const values: Readonly<Record<string, unknown>> = record;
  return `${csvColumns.map((column) => cell(textOf(values[column], jsonColumns.has(column)))).join(',')}\r\n`;
}

function textOf(value: unknown, isJson: boolean): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' && !isJson ? value : JSON.stringify(value);
}

function cell(text: string): string {
  const safe = formula.test(text) ? `'${text}` : text;
  return /[",\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
