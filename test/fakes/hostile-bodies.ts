/** Bodies meant to do harm, by what they are. Each must be a bad request, and soon. */
export const hostileBodies: Record<string, string | Buffer> = {
  'the same key twice': '{"title":"x","content":"x","sender_id":"ana","content":"y"}',
  'not JSON': '{"content":',
  'two documents': '{}{}',
  NaN: '{"content":NaN}',
  'nested 100,000 deep in arrays': '['.repeat(100_000),
  'nested 100,000 deep and closed': '['.repeat(100_000) + ']'.repeat(100_000),
  'nested 100,000 deep in objects': '{"a":'.repeat(100_000),
  'not UTF-8': Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]),
  'overlong UTF-8': Buffer.from([0x22, 0xc0, 0xaf, 0x22]),
  'half a surrogate pair': '{"title":"\\ud800"}',
  'a byte order mark': '\uFEFF{"title":"x"}',
  'a raw NUL': '{"title":"\0"}',
  'a prototype': '{"title":"x","__proto__":{"polluted":true}}',
  'a prototype in escapes': '{"title":"x","\\u005f\\u005fproto__":{"polluted":true}}',
  'a constructor': '{"title":"x","metadata":{"constructor":{"prototype":{"polluted":true}}}}',
};
