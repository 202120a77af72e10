import { describe, expect, test } from 'vitest';
import { createLogger, createSecretRegistry } from './logger.ts';

function setUp(...known: string[]) {
  const secrets = createSecretRegistry();
  for (const secret of known) secrets.add(secret);
  const lines: string[] = [];
  return { lines, log: createLogger({ level: 'debug', secrets, write: (line) => lines.push(line) }) };
}

/** Whatever stands in a value, at any depth. */
const stringsIn = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, inner]) => [key, ...stringsIn(inner)])
      : [];

function nested(depth: number, value: unknown): unknown {
  return depth === 0 ? value : { inner: nested(depth - 1, value) };
}

const secret = 'the "quoted" \\ secret\nof two lines';
const inError = (text: string) => new Error(`outside ${text}`, { cause: new Error(`inside ${text}`) });

describe('a secret is in no line', () => {
  test.each<[string, (text: string) => Record<string, unknown>]>([
    ['as a field', (text) => ({ value: text })],
    ['within a sentence', (text) => ({ value: `signed with ${text} and sent` })],
    ['deep in objects', (text) => ({ value: nested(6, text) })],
    ['in arrays', (text) => ({ value: [[text], { items: [text] }] })],
    ['as the name of a field', (text) => ({ [text]: 1 })],
    ['in an error, its cause and its stack', (text) => ({ error: inError(text) })],
    ['in the code of an error', (text) => ({ error: Object.assign(new Error('x'), { code: { text } }) })],
    ['in an address', (text) => ({ value: `http://127.0.0.1/?key=${encodeURIComponent(text)}` })],
    ['across the place where a text is cut', (text) => ({ value: 'x'.repeat(500) + text })],
  ])('%s', (_where, fields) => {
    const { lines, log } = setUp(secret);
    log.info('event', fields(secret));
    expect(lines.join('')).not.toMatch(/quoted|two lines/);
  });

  test('one that begins like a shorter one goes as a whole', () => {
    const { lines, log } = setUp('a secret', 'a secret and its successor');
    log.info('event', { value: 'a secret and its successor' });
    expect(lines.join('')).not.toContain('successor');
  });

  test('one that is longer than a text may be goes as a whole', () => {
    const long = 'long secret '.repeat(100);
    const { lines, log } = setUp(long);
    log.info('event', { value: long });
    expect(lines.join('')).not.toContain('long');
  });

  test('by fields whose name says so, known or not', () => {
    const { lines, log } = setUp();
    log.info('event', { password: 'unknown', headers: { Authorization: 'Bearer unknown', 'x-signature': 'unknown' } });
    expect(lines.join('')).not.toContain('unknown');
  });
});

describe('one event is one line of JSON, with nothing in it that cannot be seen', () => {
  const hostile = [
    'a\r\n{"level":"error","msg":"forged"}',
    '\u001b[2J\u001b]0;title\u0007',
    '\u009b31m',
    'user\u202egnp.exe',
    '\u2066hidden\u2069',
    'line\u2028separator\u2029',
    'zero\u200bwidth\ufeff',
    'half \ud800 of a pair',
    'tag \u{e0041}\u{e0042}',
    'x'.repeat(15_000),
    '\u202e'.repeat(15_000),
  ];
  test.each(hostile)('%j', (text) => {
    const { lines, log } = setUp();
    const error = Object.assign(new Error(text, { cause: new Error(text) }), { name: text, code: text });
    log.warn('event', { text, [text]: 1, deep: { inner: [text, nested(9, text)] }, error });
    expect(lines).toHaveLength(1);
    const [line = ''] = lines;
    expect(line).toMatch(/^\{[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*\}\n$/u);
    const read = JSON.parse(line);
    expect(read).toMatchObject({ level: 'warn', msg: 'event', text: text.length > 512 ? expect.any(String) : text });
    expect(Math.max(...stringsIn(read).map(({ length }) => length))).toBeLessThanOrEqual(512);
  });

  test('an error that is its own cause, and a list without end, stay one short line', () => {
    const { lines, log } = setUp();
    const error = new Error('round');
    error.cause = error;
    log.error('event', { error, list: Array.from({ length: 10_000 }, () => 'x'.repeat(100)) });
    expect(lines).toHaveLength(1);
    expect(lines[0]?.length).toBeLessThan(10_000);
  });
});
