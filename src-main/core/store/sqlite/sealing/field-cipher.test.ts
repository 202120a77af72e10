import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { blindWord, deriveKeys, openText, type Place, proofOf, sealText, versionOf } from './field-cipher.ts';

const root = randomBytes(32);
const keys = deriveKeys(root, 'k1');
const place: Place = { table: 'memories', row: 'm1', field: 'content' };
const text = 'the code of the safe is 4821 保险柜';

test('a sealed text opens in its place and says nothing outside of it', () => {
  const sealed = sealText(keys, 3, place, text);
  expect(versionOf(sealed)).toBe(3);
  expect(sealed).not.toContain('safe');
  expect(openText(keys, 3, place, sealed)).toBe(text);
  for (const other of [
    { ...place, row: 'm2' },
    { ...place, field: 'metadata' },
    { ...place, table: 'messages' as const },
  ])
    expect(openText(keys, 3, other, sealed)).toBe(null);
  expect(openText(keys, 4, place, sealed)).toBe(null);
  expect(openText(deriveKeys(randomBytes(32), 'k1'), 3, place, sealed)).toBe(null);
  expect(openText(deriveKeys(root, 'k2'), 3, place, sealed)).toBe(null);
});

test('any changed or missing character of a sealed text is noticed', () => {
  const sealed = sealText(keys, 1, place, text);
  for (let at = 2; at < sealed.length; at++) {
    const bytes = Buffer.from(sealed.slice(2), 'base64url');
    const byte = (at - 2) % bytes.length;
    bytes[byte] = (bytes[byte] ?? 0) ^ (1 << (at % 8));
    expect(openText(keys, 1, place, `1.${bytes.toString('base64url')}`)).toBe(null);
    expect(openText(keys, 1, place, sealed.slice(0, at))).toBe(null);
  }
});

test('the same text never looks the same twice', () => {
  expect(new Set(Array.from({ length: 1000 }, () => sealText(keys, 1, place, text))).size).toBe(1000);
});

test('an empty text and half of a character come back', () => {
  expect(openText(keys, 1, place, sealText(keys, 1, place, ''))).toBe('');
  expect(openText(keys, 1, place, sealText(keys, 1, place, 'a\ud800'))).toBe('a\ufffd');
});

test.each(['', '1', '1.', 'x.abc', `0.${'a'.repeat(50)}`, '1.too-short', `1.${'a'.repeat(50)} b`])(
  '%j is no sealed text',
  (other) => {
    expect(versionOf(other)).toBe(null);
  },
);

test('proofs and blind words differ by key, and keys of different uses differ', () => {
  expect(proofOf(root, 'k1')).toMatch(/^[0-9a-f]{64}$/);
  expect(proofOf(root, 'k1')).not.toBe(proofOf(root, 'k2'));
  expect(keys.fields.equals(keys.words)).toBe(false);
  expect(blindWord(keys, 'safe')).toEqual(blindWord(keys, 'safe'));
  expect(blindWord(keys, 'safe').equals(blindWord(deriveKeys(root, 'k2'), 'safe'))).toBe(false);
});
