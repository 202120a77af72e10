import { describe, expect, test } from 'vitest';
import { dueState, formatBytes, formatDay, formatDue, formatMoment, formatSpan, type Place } from './format.ts';

const en: Place = { language: 'en', now: new Date('2026-11-20T16:30:00Z'), timeZone: 'UTC' };
const zh: Place = { ...en, language: 'zh-CN' };
/** Half past midnight on the 21st there, while it is still the 20th in Greenwich. */
const shanghai: Place = { ...zh, timeZone: 'Asia/Shanghai' };

describe('dates read as a person would say them', () => {
  test('today, yesterday and tomorrow have names in both languages', () => {
    expect(formatDay(new Date('2026-11-20T01:00:00Z'), en)).toBe('Today');
    expect(formatDay(new Date('2026-11-19T23:00:00Z'), en)).toBe('Yesterday');
    expect(formatDue('2026-11-21', zh)).toBe('明天');
    expect(formatDay(new Date('2026-11-20T01:00:00Z'), zh)).toBe('今天');
  });

  test('the day is the one where the reader is', () => {
    const at = new Date('2026-11-20T15:30:00Z');
    expect(formatDay(at, en)).toBe('Today');
    expect(formatDay(at, shanghai)).toBe('昨天');
  });

  test('a due day never slips to its neighbour in another zone', () => {
    for (const timeZone of ['Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Asia/Shanghai']) {
      expect(formatDue('2026-12-24', { ...en, timeZone })).toContain('24');
    }
  });

  test('another year is named', () => {
    expect(formatDue('2027-03-05', en)).toContain('2027');
    expect(formatDue('2026-12-24', en)).not.toContain('2026');
  });

  test('a moment of today needs no date', () => {
    expect(formatMoment(new Date('2026-11-20T14:02:00Z'), en)).toBe('14:02');
    expect(formatMoment(new Date('2026-11-19T14:02:00Z'), zh)).toBe('昨天 14:02');
  });
});

describe('what is due', () => {
  test.each([
    ['2026-11-19', 'overdue'],
    ['2026-11-20', 'today'],
    ['2026-11-20T16:00:00Z', 'overdue'],
    ['2026-11-20T17:00:00Z', 'today'],
    ['2026-11-25', 'soon'],
    ['2026-12-25', 'later'],
  ] as const)('%s is %s', (due, state) => {
    expect(dueState(due, en)).toBe(state);
  });

  test('a day that is over in Shanghai is overdue there and not yet in Greenwich', () => {
    expect(dueState('2026-11-20', shanghai)).toBe('overdue');
    expect(dueState('2026-11-20', en)).toBe('today');
  });
});

test('sizes and spans carry their unit', () => {
  expect(formatBytes(999, 'en')).toBe('999 byte');
  expect(formatBytes(118_400_000, 'en')).toBe('118.4 MB');
  expect(formatSpan(3 * 3_600_000, 'en')).toBe('3 hours');
  expect(formatSpan(2 * 86_400_000, 'zh-CN')).toBe('2天');
});
