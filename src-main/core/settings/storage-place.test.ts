import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { firstConfig } from './first-config.ts';
import { withStorageAt } from './storage-place.ts';

const place = { storage_type: 'postgresql', url: '${file:keys/database.url}' } as const;

test('the first configuration names a server and keeps every comment', () => {
  const changed = withStorageAt(firstConfig, place);
  expect(parse(changed).memory).toEqual({ ...parse(firstConfig).memory, ...place });
  const comments = (text: string) => text.split('\n').filter((line) => line.includes('#'));
  for (const line of comments(firstConfig)) expect(changed).toContain(line.slice(line.indexOf('#')).trim());
});

test.each([
  ['', { memory: place }],
  ['app: { port: 1 }\n', { app: { port: 1 }, memory: place }],
  ['memory: { storage_type: sqlite, url: null } # here\n', { memory: place }],
  ['memory:\n', { memory: place }],
])('%j is given a server', (text, expected) => {
  const changed = withStorageAt(text, place);
  expect(parse(changed)).toEqual(expected);
  if (text.includes('# here')) expect(changed).toContain('# here');
  expect(parse(withStorageAt(changed, { storage_type: 'sqlite', url: null })).memory).toEqual({
    storage_type: 'sqlite',
    url: null,
  });
});

test.each(['memory: [1]\n', 'memory: {\n'])('%j is left to its owner', (text) => {
  expect(() => withStorageAt(text, place)).toThrow(/by hand/);
});
