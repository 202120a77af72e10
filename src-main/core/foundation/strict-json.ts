import { isUtf8 } from 'node:buffer';
import secureJson from 'secure-json-parse';
import { AppError } from './app-error.ts';

/** Deeper than any document that means something; a parser's stack must not depend on what a stranger sends. */
const maxDepth = 64;

/**
 * Reads JSON that came from outside.
 *
 * @throws AppError BAD_REQUEST for what is not UTF-8, not JSON, nested too deep, or holds `__proto__`,
 * `constructor.prototype` or half of a surrogate pair
 */
export function parseJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw malformed('is not valid UTF-8');
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
    throw malformed('begins with a byte order mark; send it without');
  if (isDeeperThan(bytes, maxDepth)) throw malformed(`is nested more than ${maxDepth} levels deep`);
  return parseText(bytes.toString('utf8'));
}

function parseText(text: string): unknown {
  let value: unknown;
  try {
    value = secureJson.parse(text, { protoAction: 'error', constructorAction: 'error' });
  } catch (cause) {
    // The parser's own message quotes what was sent, which belongs in no log and no answer.
    const forbidden = cause instanceof Error && cause.message.includes('prototype');
    throw malformed(forbidden ? 'holds a key that would change a prototype' : 'is not valid JSON', cause);
  }
  if (escapedSurrogate.test(text) && !isWellFormed(value)) throw malformed('holds half of a surrogate pair');
  return value;
}

const escapedSurrogate = /\\u[dD][89a-fA-F]/;

const malformed = (what: string, cause?: unknown) =>
  new AppError('BAD_REQUEST', `The body ${what}`, {}, cause === undefined ? undefined : { cause });

const quote = 0x22;
const backslash = 0x5c;
const openArray = 0x5b;
const openObject = 0x7b;
const closeArray = 0x5d;
const closeObject = 0x7d;

/** Counts brackets outside strings, byte by byte: about a nanosecond each, where a recursive reader would overflow. */
function isDeeperThan(bytes: Buffer, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (inString) {
      if (byte === backslash) i++;
      else if (byte === quote) inString = false;
    } else if (byte === quote) inString = true;
    else if (byte === openArray || byte === openObject) {
      if (++depth > limit) return true;
    } else if (byte === closeArray || byte === closeObject) depth--;
  }
  return false;
}

/** Depth is bounded by now, so recursion is too. */
function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, item]) => key.isWellFormed() && isWellFormed(item));
}
