import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createHmacSha256 } from './hmac.ts';

const bytes = (hex: string) => Buffer.from(hex, 'hex');

describe('HMAC-SHA256', () => {
  // RFC 4231, section 4: those test cases whose key is text.
  test.each([
    [
      '2',
      'Jefe',
      Buffer.from('what do ya want for nothing?'),
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    [
      '1',
      '\u000b'.repeat(20),
      Buffer.from('Hi There'),
      'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    ],
    [
      '4',
      bytes('0102030405060708090a0b0c0d0e0f10111213141516171819').toString(),
      Buffer.alloc(50, 0xcd),
      '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b',
    ],
  ])('gives what RFC 4231 gives, case %s', (_name, key, text, digest) => {
    expect(createHmacSha256(key)(text)).toBe(digest);
  });

  test('is what OpenSSL gives, for any key and text', () => {
    const key = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.constantFrom('', 'k'.repeat(63), 'k'.repeat(64), 'k'.repeat(65)),
    );
    fc.assert(
      fc.property(key, fc.uint8Array({ maxLength: 300 }), (secret, text) => {
        expect(createHmacSha256(secret)(text)).toBe(createHmac('sha256', secret).update(text).digest('hex'));
      }),
      { numRuns: 500 },
    );
  });

  test('is what OpenSSL gives for the longest body', () => {
    const text = Buffer.alloc(1024 * 1024, 'ab 报告 ');
    expect(createHmacSha256('secret')(text)).toBe(createHmac('sha256', 'secret').update(text).digest('hex'));
  });

  test('keeps nothing from one text to the next', () => {
    const sign = createHmacSha256('secret');
    const first = sign(Buffer.from('one'));
    sign(Buffer.from('two'));
    expect(sign(Buffer.from('one'))).toBe(first);
  });
});
