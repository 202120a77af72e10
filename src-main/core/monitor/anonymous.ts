export interface Personal {
  /** Each is replaced by what stands beside it, longest first. */
  known: Readonly<Record<string, string>>;
}

/** Shorter names would blank out ordinary words. */
const shortestName = 3;

const patterns: readonly [RegExp, string][] = [
  [/[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63})+/gu, '[mail address]'],
  [/\b[a-z][a-z0-9+.-]{1,15}:\/\/[^\s"'<>]{1,2048}/gi, '[address]'],
  [/"[^"\n]{0,500}"/g, '"[text]"'],
  [/\b[A-Za-z]:\\[^\s"'<>|]{0,1000}/g, '[path]'],
  [/(?<![\w.~>/\]])\/(?!\/)[^\s:;,()"'<>]{1,1000}/g, '[path]'],
  [/\b(?!127\.|0\.0\.0\.0)(?:\d{1,3}\.){3}\d{1,3}\b/g, '[IP address]'],
  [/(?<![\w:])(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}(?![\w:])/gi, '[IP address]'],
];

/** Takes out of a sentence of ours what tells whose machine it is: names, paths, addresses, and whatever was quoted. */
export function createAnonymiser({ known }: Personal): (text: string) => string {
  const names = Object.entries(known)
    .filter(([name]) => name.length >= shortestName)
    .toSorted(([one], [other]) => other.length - one.length);
  return (text) => {
    const named = names.reduce((all, [name, instead]) => withoutName(all, name, instead), text);
    return patterns.reduce((all, [pattern, instead]) => all.replace(pattern, instead), named);
  };
}

/** Whole words only: a user called ann is not in "cannot". */
function withoutName(text: string, name: string, instead: string): string {
  const pieces = text.split(name);
  return pieces.reduce((clean, piece, at) => {
    if (at === 0) return piece;
    const isWord = !wordEnd.test(clean) && !wordStart.test(piece);
    return `${clean}${isWord ? instead : name}${piece}`;
  }, '');
}
const wordEnd = /[\p{L}\p{N}_]$/u;
const wordStart = /^[\p{L}\p{N}_]/u;

/** Fields of a log line whose texts are words of ours. */
const ownWords = new Set([
  'level',
  'time',
  'msg',
  'kind',
  'code',
  'reason',
  'version',
  'durability',
  'state',
  'component',
]);
const ownChannels = new Set(['webhook', 'api', 'socket', 'chat']);

/** A line of the log with its numbers and with the texts that are words of ours; a line that is none is left out. */
export function anonymousLine(line: string, anonymise: (text: string) => string): string | null {
  try {
    return JSON.stringify(keep(JSON.parse(line), [], anonymise));
  } catch {
    return null;
  }
}

function keep(value: unknown, path: readonly string[], anonymise: (text: string) => string): unknown {
  const key = path.at(-1) ?? '';
  if (typeof value === 'string') {
    if (ownWords.has(key) || (key === 'name' && path.at(-2) === 'error')) return anonymise(value);
    if (key === 'channel') return ownChannels.has(value) ? value : 'another webhook';
    return key === 'stack' ? anonymise(value) : '[text]';
  }
  if (Array.isArray(value)) return value.map((item) => keep(item, path, anonymise));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, keep(item, [...path, name], anonymise)]),
  );
}
