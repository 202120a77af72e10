import { expect, test } from 'vitest';
import { anonymousLine, createAnonymiser } from './anonymous.ts';

const anonymise = createAnonymiser({
  known: {
    '/home/ann/.clawdbot': '[data folder]',
    '/home/ann': '[home]',
    ann: '[user]',
    'anns-laptop': '[this machine]',
  },
});

test.each([
  ['/home/ann/.clawdbot/memory.db: 3 messages', '[data folder]/memory.db: 3 messages'],
  ['/home/ann/else is not there', '[home]/else is not there'],
  ['/srv/customers/acme/x.db cannot be read', '[path] cannot be read'],
  ['C:\\Users\\Mei\\x.db cannot be read', '[path] cannot be read'],
  ['mail to mei.li@example.com', 'mail to [mail address]'],
  ['see https://hooks.example.com/secret?x=1 now', 'see [address] now'],
  ['found "a private word"', 'found "[text]"'],
  ['from 192.168.1.20 and fe80:0:0:0:1:2:3:4', 'from [IP address] and [IP address]'],
  ['127.0.0.1 is free', '127.0.0.1 is free'],
  ['anns-laptop of ann', '[this machine] of [user]'],
  ['journal wal, synchronous 2', 'journal wal, synchronous 2'],
])('%s', (text, clean) => {
  expect(anonymise(text)).toBe(clean);
});

test('a line of the log keeps its figures and our words, and no other text', () => {
  const line = {
    level: 'warn',
    time: '2026-11-24T08:00:00.000Z',
    msg: 'delivery.attempt_failed',
    channel: 'shop of mei',
    attempts: 3,
    file: '/srv/private',
    note: 'private words',
    error: { name: 'DeliveryFailure', message: 'private words', stack: ['at send (/srv/private/a.js:1:2)'] },
  };
  expect(JSON.parse(anonymousLine(JSON.stringify(line), anonymise) ?? '')).toEqual({
    level: 'warn',
    time: '2026-11-24T08:00:00.000Z',
    msg: 'delivery.attempt_failed',
    channel: 'another webhook',
    attempts: 3,
    file: '[text]',
    note: '[text]',
    error: { name: 'DeliveryFailure', message: '[text]', stack: ['at send ([path]:1:2)'] },
  });
  expect(anonymousLine('no JSON at all', anonymise)).toBeNull();
});
