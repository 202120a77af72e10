/** Names and indexes from the payload (or a list item) inwards. */
export type JsonPath = readonly (string | number)[];

export class PathSyntaxError extends Error {}

const maxSegments = 32;
const maxNameLength = 256;
const maxIndex = 99_999;

/** They lead out of the payload and into the program's own objects. */
export const forbiddenNames: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Parses `$.a.b[0]['c d']` (the `$` may be left out) from `start`; answers the path and where it ended, which is at the
 * first sign that cannot belong to it. Wildcards, filters and functions are not part of it: a path leads to one place.
 */
export function parsePath(text: string, start: number): { path: JsonPath; end: number } {
  const path: (string | number)[] = [];
  let at = start;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) at += match[0].length;
    return match;
  };

  const rooted = take(/\$(?=[.[\s|}]|$)/y) !== null;
  for (;;) {
    const first = path.length === 0 && !rooted;
    const name = take(first ? /([^\s.[\](){}|'"]+)/y : /\.([^\s.[\](){}|'"]+)/y);
    if (name?.[1] !== undefined) {
      path.push(name[1]);
    } else {
      const bracket = take(/\[\s*(?:(\d{1,5})|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*\]/y);
      if (!bracket) break;
      const [, index, single, double] = bracket;
      path.push(index === undefined ? unescape(single ?? double ?? '') : Math.min(Number(index), maxIndex));
    }
    checkSegment(path);
  }
  if (path.length === 0 && !rooted) throw new PathSyntaxError('a path such as event.text is missing');
  return { path, end: at };
}

const unescape = (text: string): string => text.replaceAll(/\\(.)/gs, '$1');

function checkSegment(path: readonly (string | number)[]): void {
  const last = path.at(-1) ?? '';
  if (path.length > maxSegments) throw new PathSyntaxError(`the path has more than ${maxSegments} parts`);
  if (typeof last === 'number') return;
  if (last.length > maxNameLength)
    throw new PathSyntaxError(`a name in the path has more than ${maxNameLength} characters`);
  if (forbiddenNames.has(last)) throw new PathSyntaxError(`the name ${last} is not allowed in a path`);
  if (/^[*?@]/.test(last)) throw new PathSyntaxError('a path leads to one place: * and ? are not part of it');
}

/** The value at the path, by own properties alone; undefined where it leads nowhere. */
export function follow(value: unknown, path: JsonPath): unknown {
  let inner = value;
  for (const part of path) {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, part)) return undefined;
    if (Array.isArray(inner) && !isIndex(part)) return undefined;
    inner = (inner as Record<string | number, unknown>)[part];
  }
  return inner;
}

/** `items.0` is as good as `items[0]`; `items.length` is not in the payload. */
const isIndex = (part: string | number): boolean => typeof part === 'number' || /^\d+$/.test(part);

export function formatPath(path: JsonPath): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return /^[^\s.[\](){}|'"]+$/.test(part) ? `${text}.${part}` : `${text}['${part.replaceAll(/['\\]/g, '\\$&')}']`;
  }, '$');
}

/** Where a path that leads nowhere stops, in words: `nothing at $.event.usr; $.event has type, user, text`. */
export function describeMiss(value: unknown, path: JsonPath): string {
  let reached = 0;
  while (reached < path.length && follow(value, path.slice(0, reached + 1)) !== undefined) reached++;
  const where = formatPath(path.slice(0, reached));
  if (reached === path.length) return `${where} is empty (null)`;
  return `nothing at ${formatPath(path)}; ${where} ${describeInside(follow(value, path.slice(0, reached)))}`;
}

function describeInside(value: unknown): string {
  if (value === null) return 'is null';
  if (Array.isArray(value)) return value.length === 1 ? 'is a list of 1 item' : `is a list of ${value.length} items`;
  if (typeof value !== 'object') return `is ${describeKind(value)}`;
  const keys = Object.keys(value);
  if (keys.length === 0) return 'is an empty group';
  const shown = keys.slice(0, 8).map((key) => (key.length > 40 ? `${key.slice(0, 40)}…` : key).toWellFormed());
  return `has ${shown.join(', ')}${keys.length > 8 ? `, … (${keys.length} keys)` : ''}`;
}

/** What a value is, never the value: it may be what a person wrote. */
export function describeKind(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'object':
      return 'a group of keys';
    case 'string':
      return value === '' ? 'an empty text' : `a text of ${value.length} characters`;
    case 'number':
      return 'a number';
    case 'boolean':
      return 'true or false';
    default:
      return 'something else';
  }
}
