import { describeKind, forbiddenNames } from './json-path.ts';

/** A value as the field needs it, or why it cannot be. Reasons say what kind of thing was found, never the thing. */
export type Converted<T> = { value: T } | { why: string };

/** Text fields take numbers and yes/no values too: many services number their users and messages. */
export function toText(value: unknown): Converted<string> {
  if (typeof value === 'string') return { value };
  if (typeof value === 'boolean') return { value: String(value) };
  if (typeof value === 'number') return numberText(value);
  return { why: `expected a text, found ${describeKind(value)}` };
}

/** Beyond 2^53 a JSON number was rounded when it was read, and two ids could have become one. */
function numberText(value: number): Converted<string> {
  if (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER) {
    return { why: 'expected a text, found a number too large to be kept exactly; map the field that holds it as text' };
  }
  return { value: String(value) };
}

// 10^11 seconds is the year 5138, 10^11 milliseconds 1973: nothing a sender means lies on the wrong side.
const millisecondsFrom = 100_000_000_000;
const lastSecond = 253_402_300_799;

/** Unix seconds from Unix seconds, Unix milliseconds (both also as text) or RFC 3339. */
export function toTimestamp(value: unknown): Converted<number> {
  const expected = 'expected Unix seconds, Unix milliseconds or an RFC 3339 time';
  if (typeof value !== 'number' && typeof value !== 'string')
    return { why: `${expected}, found ${describeKind(value)}` };
  const number = typeof value === 'number' ? value : plainNumber.test(value.trim()) ? Number(value) : null;
  if (number === null)
    return fromRfc3339(String(value).trim()) ?? { why: `${expected}, found ${describeKind(value)} that is none` };

  const seconds = Math.floor(number >= millisecondsFrom ? number / 1000 : number);
  if (seconds >= 0 && seconds <= lastSecond) return { value: seconds };
  return { why: `${expected}, found a number before 1970 or after 9999` };
}

const plainNumber = /^\d{1,16}(?:\.\d{1,9})?$/;
const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.\d{1,12})?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

function fromRfc3339(text: string): Converted<number> | null {
  const match = rfc3339.exec(text);
  if (!match) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [offsetHour, offsetMinute] = [Number(match[8] ?? 0), Number(match[9] ?? 0)];
  // A leap second counts as the second before it, as Unix time has none.
  const utc = new Date(Date.UTC(2000, 0, 1, hour, minute, Math.min(second, 59)));
  utc.setUTCFullYear(year, month - 1, day);
  const real = utc.getUTCMonth() === month - 1 && utc.getUTCDate() === day;
  if (!real || hour > 23 || minute > 59 || second > 60 || offsetHour > 23 || offsetMinute > 59) {
    return { why: 'expected a time that exists, found one that does not' };
  }
  const offset = (match[7] === '-' ? -1 : 1) * (offsetHour * 3600 + offsetMinute * 60);
  const seconds = Math.floor(utc.getTime() / 1000) - offset;
  if (seconds < 0 || seconds > lastSecond) return { why: 'expected a time from 1970 to 9999, found another' };
  return { value: seconds };
}

const maxDepth = 8;
const maxParts = 1000;

/** A copy of a JSON value for `metadata`, refused when it is deeper or larger than anybody would read again. */
export function toJson(value: unknown): Converted<unknown> {
  let parts = 0;
  const copy = (inner: unknown, depth: number): unknown => {
    if (++parts > maxParts) throw new Unfit(`expected at most ${maxParts} values, found more`);
    if (depth > maxDepth) throw new Unfit(`expected at most ${maxDepth} levels, found more`);
    if (typeof inner === 'string') return wellFormed(inner);
    if (typeof inner !== 'object' || inner === null) return inner;
    if (Array.isArray(inner)) return inner.map((item) => copy(item, depth + 1));
    return Object.fromEntries(
      Object.entries(inner).map(([key, item]) => [allowed(wellFormed(key)), copy(item, depth + 1)]),
    );
  };
  try {
    return { value: copy(value, 1) };
  } catch (error) {
    if (error instanceof Unfit) return { why: error.message };
    throw error;
  }
}

class Unfit extends Error {}

function wellFormed(text: string): string {
  if (!text.isWellFormed()) throw new Unfit('expected whole characters, found half of a surrogate pair');
  return text;
}

function allowed(key: string): string {
  if (forbiddenNames.has(key)) throw new Unfit(`expected other names, found the reserved name ${key}`);
  return key;
}
