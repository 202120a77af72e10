import type { ImportFault, ImportSource, Refusal, RefusalReason } from '../../../../src-shared/schema/transfer.ts';
import { sha256 } from '../../foundation/digest.ts';
import type { IncomingRecord } from '../../store/index.ts';

/** One thing that a file gave: a record, or why there is none. */
export type Found =
  | { type: 'record'; source: ImportSource; record: IncomingRecord }
  | { type: 'refusal'; refusal: Refusal };

/** What a reader needs to know of where it is. */
export interface Where {
  /** The file inside an archive or a folder; null for a file by itself. */
  file: string | null;
  line: number;
}

/** What a reader needs besides the bytes. */
export interface Reading {
  /** When the import began, in milliseconds: the time of what has none of its own. */
  now: number;
  newId(): string;
}

/** A file that is not read to its end. What was read of it before is in order. */
export class ImportRefused extends Error {
  readonly fault: ImportFault;

  constructor(fault: ImportFault, options?: ErrorOptions) {
    super(`the file is refused: ${fault}`, options);
    this.name = 'ImportRefused';
    this.fault = fault;
  }
}

export const refused = (where: Where, reason: RefusalReason, field: string | null = null): Found => ({
  type: 'refusal',
  refusal: { reason, line: where.line, file: where.file, field },
});

/** The same for the same parts, so that what has no id of its own is known again. */
export const digestOf = (...parts: readonly (string | null | undefined)[]): string =>
  sha256(JSON.stringify(parts.map((part) => part ?? null)))
    .toString('hex')
    .slice(0, 40);

const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})$/i;
const day = /^\d{4}-\d{2}-\d{2}$/;

/**
 * Milliseconds of an RFC 3339 instant, or of a day, which is taken at noon UTC: that is the same day nearly everywhere.
 * Null for anything else, a time without an offset too: nobody can tell which instant it means.
 */
export function readInstant(text: string): number | null {
  const ms = instant.test(text) ? Date.parse(text) : day.test(text) ? Date.parse(`${text}T12:00:00Z`) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}
