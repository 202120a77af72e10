import { isUtf8 } from 'node:buffer';
import secureJson from 'secure-json-parse';
import { AppError } from './app-error.ts';

/** Deeper than any document that means something; a parser's stack must not depend on what a stranger sends. */
const maxDepth = 64;

/**
 * Reads JSON that came from outside.
 *
 * @throws AppError BAD_REQUEST for what is not UTF-8, not JSON, nested too deep, or holds `__proto__`,
 * `constructor.prototype`, the same key twice in one object, or half of a surrogate pair
 */
export function parseJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw malformed('is not valid UTF-8');
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
    throw malformed('begins with a byte order mark; send it without');
  const pairs = countPairs(bytes);
  if (pairs === null) throw malformed(`is nested more than ${maxDepth} levels deep`);
  const value = parseText(bytes.toString('utf8'));
  // Of two values under one key a parser keeps the last and a reader may see the first: which was signed?
  if (countKeys(value) !== pairs) throw malformed('holds the same key twice in one object');
  return value;
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
const colon = 0x3a;
const backslash = 0x5c;
const openArray = 0x5b;
const openObject = 0x7b;
const closeArray = 0x5d;
const closeObject = 0x7d;

/**
 * How many pairs of key and value the text holds, by its colons outside strings; null when it is nested deeper than
 * allowed. Byte by byte, about a nanosecond each, where a recursive reader would overflow.
 */
function countPairs(bytes: Buffer): number | null {
  let depth = 0;
  let pairs = 0;
  let inString = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (inString) {
      if (byte === backslash) i++;
      else if (byte === quote) inString = false;
    } else if (byte === quote) inString = true;
    else if (byte === colon) pairs++;
    else if (byte === openArray || byte === openObject) {
      if (++depth > maxDepth) return null;
    } else if (byte === closeArray || byte === closeObject) depth--;
  }
  return pairs;
}

/** Depth is bounded by now, so recursion is too. */
function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value)) return value.reduce<number>((total, item) => total + countKeys(item), 0);
  let total = 0;
  for (const item of Object.values(value)) total += 1 + countKeys(item);
  return total;
}

function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, item]) => key.isWellFormed() && isWellFormed(item));
}
