import fc from 'fast-check';
import { expect, test } from 'vitest';
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
