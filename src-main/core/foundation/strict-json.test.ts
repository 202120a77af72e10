import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AppError } from './app-error.ts';
import { parseJson } from './strict-json.ts';

const parse = (text: string) => parseJson(Buffer.from(text));

test('any JSON document that means something is read as JSON.parse reads it', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 20 }), (text) => {
      fc.pre(!/__proto__|constructor/.test(text));
      expect(parse(text)).toEqual(JSON.parse(text));
    }),
  );
});

test('emoji written as escapes are whole, half of one is refused', () => {
  expect(parse('["\\ud83d\\ude00", "\\\\ud800"]')).toEqual(['😀', '\\ud800']);
  expect(() => parse('["\\ud83d"]')).toThrow('half of a surrogate pair');
  expect(() => parse('{"\\ude00": 1}')).toThrow('half of a surrogate pair');
});

test.each([
  ['nothing', ''],
  ['cut short', '{"a":'],
  ['NUL', '{"a":"\0"}'],
  ['a byte order mark', '\uFEFF{}'],
  ['a key twice', '{"content":"yes","sender_id":"ana","content":"no"}'],
  ['a key twice, once in escapes', '{"a":{"b":1,"\\u0062":2}}'],
  ['a key twice inside a list', '[1,{"a":1,"a":1}]'],
  ['a prototype', '{"__proto__":{"admin":true}}'],
  ['a prototype in escapes', '{"\\u005f_proto__":{"admin":true}}'],
  ['a constructor', '{"a":{"constructor":{"prototype":{"admin":true}}}}'],
  ['100,000 arrays', '['.repeat(100_000)],
  ['100,000 objects', '{"a":'.repeat(100_000)],
])('a body with %s is refused as a bad request', (_what, text) => {
  expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  expect(({} as Record<string, unknown>).admin).toBeUndefined();
});

test('the same key in two objects, and colons inside text, are nothing strange', () => {
  const value = { a: { a: ':' }, b: [{ a: '":"' }, { a: '{"a":1}' }], ':': ':' };
  expect(parse(JSON.stringify(value, null, 1))).toEqual(value);
});

test('bytes that are not UTF-8 are refused rather than replaced', () => {
  for (const bytes of [
    [0x22, 0xff, 0x22],
    [0x22, 0xc0, 0xaf, 0x22],
    [0x22, 0xed, 0xa0, 0x80, 0x22],
  ]) {
    expect(() => parseJson(Buffer.from(bytes))).toThrow('UTF-8');
  }
});

test('brackets inside text do not count as depth', () => {
  const text = JSON.stringify(`${'['.repeat(1000)}"\\`);
  expect(parse(text)).toBe(`${'['.repeat(1000)}"\\`);
});

/** What a body is refused with, or what was read. */
function outcome(bytes: Buffer | string): unknown {
  try {
    return parseJson(Buffer.from(bytes as string));
  } catch (error) {
    return error instanceof AppError ? error.message : error;
  }
}

test.each([
  ['text that is no JSON', '{"a"', 'The body is not valid JSON'],
  ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'The body is not valid UTF-8'],
  ['a byte order mark', '\uFEFF{}', 'The body begins with a byte order mark; send it without'],
  ['a prototype', '{"__proto__":{}}', 'The body holds a key that would change a prototype'],
  ['half a pair', '["\\ud83d"]', 'The body holds half of a surrogate pair'],
  ['a key twice', '{"a":1,"a":1}', 'The body holds the same key twice in one object'],
  ['65 arrays', '['.repeat(65) + ']'.repeat(65), 'The body is nested more than 64 levels deep'],
])('whoever sent %s is told what is wrong with it, and not what was in it', (_what, bytes, told) => {
  expect(outcome(bytes)).toBe(told);
});

test('a parser that failed is the cause that the log gets; our own refusals have none', () => {
  expect(() => parse('{"a"')).toThrow(expect.objectContaining({ cause: expect.any(SyntaxError), data: {} }));
  const own = expect.not.objectContaining({ cause: expect.anything() });
  expect(() => parse('{"a":1,"a":1}')).toThrow(own);
  expect(() => parse('{"a":1,"a":1}')).toThrow(expect.objectContaining({ data: {} }));
});

test.each([
  ['arrays', '[', ']', ''],
  ['objects', '{"a":', '}', '1'],
  ['arrays in objects', '{"a":[', ']}', ''],
])('64 levels of %s are read and one more is refused', (_what, open, close, inside) => {
  const levels = open.length > 5 ? 32 : 64;
  const nested = (depth: number) => open.repeat(depth) + inside + close.repeat(depth);
  expect(outcome(nested(levels))).toEqual(JSON.parse(nested(levels)));
  expect(outcome(nested(levels + 1))).toContain('64 levels');
});

test('what stands side by side is not deep', () => {
  const wide = JSON.stringify(Array.from({ length: 200 }, () => [{ a: [] }]));
  expect(outcome(wide)).toEqual(JSON.parse(wide));
});

test('an object between arrays that close again does not hide how deep the next one is', () => {
  const shallow = '[],'.repeat(100);
  expect(outcome(`[${shallow}${'['.repeat(64)}${']'.repeat(64)}]`)).toContain('64 levels');
  expect(outcome(`[${'{},'.repeat(100)}${'['.repeat(64)}${']'.repeat(64)}]`)).toContain('64 levels');
});

test('only all three bytes of a byte order mark are one', () => {
  expect(parse('"\uFEFF"')).toBe('\uFEFF');
  // U+F000 begins with 0xEF too, U+FEC0 with 0xEF 0xBB, and U+F03F is 0xEF 0x80 0xBF; none is
  // JSON, and none is called a mark.
  expect(outcome('\uF000')).toBe('The body is not valid JSON');
  expect(outcome('\uFEC0')).toBe('The body is not valid JSON');
  expect(outcome('\uF03F')).toBe('The body is not valid JSON');
  expect(outcome('\u00bb')).toBe('The body is not valid JSON');
});

test('half a pair is found wherever it stands, and a whole one is let through', () => {
  const half = '\\ud83d';
  for (const text of [`{"a":"${half}"}`, `{"a":{"b":["x","${half}"]}}`, `[1,null,true,"${half}"]`, `[{"${half}":1}]`])
    expect(outcome(text), text).toContain('half of a surrogate pair');
  const pair = '\\uD83D\\uDE00';
  for (const text of [`{"a":"${pair}","b":null,"c":[1,true]}`, `["${pair}",null]`, `"${pair}"`])
    expect(outcome(text), text).toEqual(JSON.parse(text));
});

test('keys are counted through null, numbers and lists', () => {
  for (const value of [null, 1, 'a:b', { a: null, b: [null, { c: null }] }, [[{ a: 1 }], { a: { b: 1 } }]])
    expect(outcome(JSON.stringify(value))).toEqual(value);
});
