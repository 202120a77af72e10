import { expect, test } from 'vitest';
import { withDatabaseAt } from './database-place.ts';

const lead = (text: string) =>
  withDatabaseAt(text, { isKept: (written) => written === './memory.db', path: './memory.db' });

test('leads a configuration to another database and changes nothing else of it', () => {
  for (const [text, led] of [
    ['memory:\n  db_path: /mnt/big/a.db  # far\napp: {}\n', 'memory:\n  db_path: "./memory.db"  # far\napp: {}\n'],
    ['memory: { db_path: "/mnt/a b.db", url: null }\n', 'memory: { db_path: "./memory.db", url: null }\n'],
    ["# 我的\nmemory:\n  db_path: 'C:\\a.db'\n", '# 我的\nmemory:\n  db_path: "./memory.db"\n'],
    ['memory:\n  db_path: ${env:DB}\n', 'memory:\n  db_path: "./memory.db"\n'],
  ] as const)
    expect(lead(text)).toBe(led);
});

test('leaves a configuration alone that leads there, says nothing of it, or cannot be read', () => {
  for (const text of [
    'memory:\n  db_path: ./memory.db # here\n',
    'app: { locale: en }\n',
    'memory: null\n',
    'memory: [db_path]\n',
    'memory: { db_path: null }\n',
    'memory: { db_path: [broken\n',
    '',
  ])
    expect(lead(text)).toBe(text);
});
