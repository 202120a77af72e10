import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSignatureCheck, createSigner } from './signature.ts';

const now = 1_800_000_000;
const clock = { now: () => now * 1000 };
const check = createSignatureCheck({ secrets: ['current', 'former'], clock });
const text = '{"sender_id":"a","content":"你好"}';
const body = Buffer.from(text);

const hmac = (secret: string, signed: string | Buffer) => createHmac('sha256', secret).update(signed).digest('hex');
const verify = (headers: Record<string, string | string[]>, bytes = body) => check.verify(headers as never, bytes);
const refused = expect.objectContaining({ code: 'SIGNATURE_INVALID', status: 401 });

describe('a signature over the body', () => {
  const plain = hmac('current', body);

  test.each([
    ['in lower case', plain],
    ['in upper case', plain.toUpperCase()],
    ['with its prefix', `sha256=${plain}`],
    ['with its prefix in upper case', `SHA256=${plain.toUpperCase()}`],
    ['under the former secret', hmac('former', body)],
  ])('is taken %s', (_how, signature) => {
    expect(verify({ 'x-signature': signature })).toBeNull();
  });

  const wrong: [string, Record<string, string | string[]>][] = [
    ['missing', {}],
    ['empty', { 'x-signature': '' }],
    ['a prefix alone', { 'x-signature': 'sha256=' }],
    ['one digit short', { 'x-signature': plain.slice(1) }],
    ['one digit long', { 'x-signature': `${plain}0` }],
    ['not hex', { 'x-signature': 'z'.repeat(64) }],
    ['of another algorithm', { 'x-signature': `sha1=${plain}` }],
    ['base64', { 'x-signature': Buffer.from(plain, 'hex').toString('base64') }],
    ['there twice, joined', { 'x-signature': `${plain}, ${plain}` }],
    ['there twice, listed', { 'x-signature': [plain, plain] }],
    ['of another secret', { 'x-signature': hmac('other', body) }],
    ['of an empty secret', { 'x-signature': hmac('', body) }],
    ['of another body', { 'x-signature': hmac('current', `${text} `) }],
  ];
  test.each(wrong)(`that is %s is refused (${wrong.length} forms)`, (_how, headers) => {
    expect(() => verify(headers)).toThrow(refused);
  });

  test('is never right where no secret is set', () => {
    const shut = createSignatureCheck({ secrets: [], clock });
    for (const secret of ['', 'null', 'undefined']) {
      expect(() => shut.verify({ 'x-signature': hmac(secret, body) }, body)).toThrow(refused);
    }
  });
});

describe('a signature with a timestamp', () => {
  const stamped = (seconds: number | string) => ({
    'x-timestamp': String(seconds),
    'x-signature': hmac('current', `${seconds}.${text}`),
  });

  test.each([-300, -1, 0, 1, 300])('is taken %i seconds from now', (offset) => {
    expect(verify(stamped(now + offset))).toBe(String(now + offset));
  });

  test.each([-86_400, -301, 301, 302, 86_400])('is refused %i seconds from now', (offset) => {
    expect(() => verify(stamped(now + offset))).toThrow(refused);
  });

  test.each(['', ' ', '1e9', '-1', '0x6b49d200', `${now}.5`, `${now}, ${now}`, `${now}000`, 'NaN'])(
    'is refused where the timestamp is "%s"',
    (timestamp) => {
      expect(() => verify(stamped(timestamp))).toThrow(refused);
    },
  );

  test('is not replaced by one over the body alone', () => {
    expect(() => verify({ 'x-timestamp': String(now), 'x-signature': hmac('current', body) })).toThrow(refused);
  });

  test('does not hold for another timestamp', () => {
    expect(() => verify({ ...stamped(now), 'x-timestamp': String(now + 1) })).toThrow(refused);
  });

  test('is what we put on our own requests', () => {
    expect(createSigner('current')(String(now), body)).toBe(stamped(now)['x-signature']);
  });
});

test('whatever stands in the headers, the check either refuses or has seen a true signature', () => {
  const written = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^(sha256=)?[0-9a-fA-F]{62,66}$/));
  const header = fc.option(fc.oneof(written, fc.array(written)), { nil: undefined });
  fc.assert(
    fc.property(header, header, fc.uint8Array(), (signature, timestamp, bytes) => {
      expect(() =>
        check.verify({ 'x-signature': signature, 'x-timestamp': timestamp } as never, Buffer.from(bytes)),
      ).toThrow(refused);
    }),
    { numRuns: 2_000 },
  );
});

test('whoever signs wrongly is told how to sign, in the same words whatever was wrong', () => {
  const told = (headers: Record<string, string>) => {
    try {
      verify(headers);
    } catch (error) {
      return error instanceof Error ? error.message : error;
    }
  };
  const words = told({});
  expect(words).toContain('X-Signature, the hex HMAC-SHA256 of the raw body');
  expect(words).toContain('X-Timestamp');
  expect(told({ 'x-signature': 'f'.repeat(64) })).toBe(words);
  expect(told({ 'x-signature': hmac('current', `1.${text}`), 'x-timestamp': '1' })).toBe(words);
});

test.each([
  ['before it', (signature: string) => `x${signature}`],
  ['after it', (signature: string) => `${signature}\n`],
  ['around its prefix', (signature: string) => ` sha256=${signature}`],
])('a true signature with something %s is refused', (_where, dress) => {
  expect(() => verify({ 'x-signature': dress(hmac('current', body)) })).toThrow(refused);
});
