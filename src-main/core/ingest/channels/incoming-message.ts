import type * as z from 'zod';
import { IncomingMessage } from '../../../../src-shared/schema/message.ts';
import { AppError } from '../../foundation/app-error.ts';

/** One thing that is wrong with a message: where, and what. Never the value. */
export interface MessageProblem {
  field: string;
  message: string;
}

export class MessageInvalid extends AppError<'MESSAGE_INVALID'> {
  constructor(problems: readonly MessageProblem[]) {
    const shown = problems.slice(0, 8);
    super('MESSAGE_INVALID', shown.map(({ field, message }) => `${field || 'the body'}: ${message}`).join('; '), {
      errors: shown.map(({ field, message }) => ({ pointer: pointerTo(field), detail: message })),
    });
  }
}

/** The platform of the built-in chat: only the person at this machine may speak as it. */
const ownPlatform = 'chat';

/**
 * Reads a unified message as a sender may write it.
 *
 * @throws MessageInvalid naming the fields
 */
export function readMessage(payload: unknown): IncomingMessage {
  const read = IncomingMessage.safeParse(payload);
  if (!read.success) throw new MessageInvalid(read.error.issues.map(describe));
  return asForeign(read.data);
}

/** @throws MessageInvalid where a message from outside claims to come from the built-in chat */
export function asForeign(message: IncomingMessage): IncomingMessage {
  if (message.platform !== ownPlatform) return message;
  throw new MessageInvalid([{ field: 'platform', message: `"${ownPlatform}" is kept for the built-in chat` }]);
}

/** Below `metadata` and in what was not asked for, names are the sender's own words and stay out of answers and logs. */
function describe({ path, message }: z.core.$ZodIssue): MessageProblem {
  const known = path[0] === 'metadata' ? path.slice(0, 1) : path.slice(0, 3);
  return { field: known.map(String).join('.'), message };
}

const pointerTo = (field: string) => (field === '' ? '' : `/${field.replaceAll('.', '/')}`);

const keyForm = /^[\x21-\x7e]{1,256}$/;

/**
 * The value of a header that names a delivery; null where it is left out or empty. Repeated headers arrive joined by a
 * comma and a space, and are refused by their space.
 *
 * @throws MessageInvalid
 */
export function readKeyHeader(name: string, value: string | string[] | undefined): string | null {
  if (value === undefined || value === '') return null;
  if (typeof value === 'string' && keyForm.test(value)) return value;
  throw new MessageInvalid([
    { field: name, message: 'one value of at most 256 printable ASCII characters, without spaces' },
  ]);
}
