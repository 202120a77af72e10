import { expect, test } from 'vitest';
import { sha256 } from '../../foundation/digest.ts';
import { migrations } from './schema.ts';

/** Of each entry, as it was when somebody's data first went through it. A new entry adds its line; no line ever changes. */
const released = [
  'bce913f05da10683',
  'dfd8ac01fcde3d72',
  'de212f7f9ad1c00b',
  '2f9e412eb6aa3c4b',
  'e49c8192e186200f',
  'b96ace242691c8d7',
  '1a24c68feb0fd914',
  'bf1f45a406fd61e6',
  'e156043e733da16e',
  '3e093fa979306c1b',
  '8118a6f3e2837871',
];

test('a migration that people’s data went through is never changed', () => {
  const digests = migrations.map((statements) => sha256(statements.join(';\n')).toString('hex').slice(0, 16));
  expect(digests).toEqual(released);
});
