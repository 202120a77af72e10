import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { brief } from './brief.fixture.ts';
import { MAX_TIME_TEXT, readTimes } from './index.ts';

const reference = '2026-11-20T09:00:00';
const words = [
  'tomorrow',
  'at',
  '3',
  'pm',
  'by',
  'Friday',
  'next',
  'week',
  'every',
  'Monday',
  'and',
  'to',
  '-',
  'from',
  'between',
  'in',
  'days',
  '12/24',
  'half',
  'past',
  'the',
  '21st',
  'of',
  'May',
  '2027',
  'last',
  '.',
  ',',
  ':',
  '明天',
  '下午',
  '三点',
  '前',
  '每',
  '周一',
  '到',
  '下',
  '个',
  '月',
  '底',
  '12号',
  '半',
  '小时',
  '后',
  '从',
  '开始',
  '２０２６年',
  '零',
  '十',
  '的',
  '春节',
  '差',
  '刻',
  '\n',
  '😀',
];
const sentence = fc.array(fc.constantFrom(...words), { maxLength: 25 }).map((parts) => parts.join(' '));
const glued = fc.array(fc.constantFrom(...words), { maxLength: 25 }).map((parts) => parts.join(''));
const anyText = fc.oneof(
  sentence,
  glued,
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
);
const anyMoment = fc
  .date({ min: new Date('1970-01-02T00:00:00Z'), max: new Date('2099-12-30T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 19));

const DAY = String.raw`\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])`;
const CLOCK = String.raw`(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d`;
const VALUE = new RegExp(`^(?:${DAY}|${DAY}T${CLOCK}|${CLOCK})$`);

describe('reading times from any text', () => {
  test('nothing throws, every expression lies in the text, in order and with a value that exists', () => {
    fc.assert(
      fc.property(anyText, anyMoment, (text, at) => {
        let last = 0;
        for (const time of readTimes(text, { reference: at })) {
          expect(text.slice(time.start, time.end)).toBe(time.text);
          expect(time.start).toBeGreaterThanOrEqual(last);
          expect(time.end).toBeGreaterThan(time.start);
          last = time.end;
          const values = time.kind === 'range' ? [time.from, time.to] : 'value' in time ? [time.value] : [];
          for (const value of values) if (value !== undefined) expect(value).toMatch(VALUE);
        }
      }),
      { numRuns: 1500 },
    );
  });

  test('the same text and reference always read the same', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(readTimes(text, { reference })).toEqual(readTimes(text, { reference }));
      }),
      { numRuns: 200 },
    );
  });

  test.each(['9', '1 ', '1-', '9:', '三', 'every ', 'tomorrow at ', '周一到', 'between 3 and ', '2 days and ', '1/'])(
    'work grows with the text, not faster: %j',
    (unit) => {
      const steps = (length: number) => {
        let count = 0;
        readTimes(unit.repeat(Math.floor(length / unit.length)), { reference, onStep: () => (count += 1) });
        return count;
      };
      expect(steps(16_000)).toBeLessThanOrEqual(steps(4_000) * 4.2 + 50);
    },
  );

  test('a text of 100 kB is read only as far as the bound', () => {
    const text = `tomorrow ${'1'.repeat(100_000)} tomorrow`;
    expect(readTimes(text, { reference }).map(({ end }) => end)).toEqual([8]);
    expect(MAX_TIME_TEXT).toBeLessThan(text.length);
  });

  test('offsets count UTF-16 units, also behind an emoji', () => {
    const text = '👍👍 明天下午三点 ok?';
    expect(readTimes(text, { reference })).toEqual([
      { text: '明天下午三点', start: 5, end: 11, kind: 'datetime', value: '2026-11-21T15:00:00' },
    ]);
  });

  test('both languages stand side by side in one message', () => {
    expect(brief(readTimes('明天 review 一下, deadline next Friday at 5pm', { reference }))).toBe(
      'd 2026-11-21 | dt 2026-11-27T17:00:00',
    );
  });

  test('hours count real time across a change of the clocks when the zone is known', () => {
    const options = { reference: '2026-03-08T01:30:00', timeZone: 'America/New_York' };
    expect(brief(readTimes('in 2 hours', options))).toBe('dt 2026-03-08T04:30:00');
    expect(brief(readTimes('in 2 hours', { reference: options.reference }))).toBe('dt 2026-03-08T03:30:00');
  });

  test('year ends and month ends carry over', () => {
    expect(brief(readTimes('tomorrow', { reference: '2026-12-31T23:59:59' }))).toBe('d 2027-01-01');
    expect(brief(readTimes('in a month', { reference: '2027-01-31T10:00:00' }))).toBe('d 2027-02-28');
    expect(brief(readTimes('两小时后', { reference: '2026-12-31T23:00:00' }))).toBe('dt 2027-01-01T01:00:00');
    expect(brief(readTimes('29号', { reference: '2027-02-10T10:00:00' }))).toBe('d 2027-03-29');
  });

  test('for every hour of a fortnight 明天 and "tomorrow" are the next day and 下周三 lies in next week', () => {
    for (let hour = 0; hour < 14 * 24; hour += 1) {
      const at = new Date(Date.UTC(2026, 10, 16, hour, 30));
      const next = new Date(Date.UTC(2026, 10, 16 + Math.floor(hour / 24) + 1)).toISOString().slice(0, 10);
      const now = at.toISOString().slice(0, 19);
      expect(brief(readTimes('明天', { reference: now }))).toBe(`d ${next}`);
      expect(brief(readTimes('tomorrow', { reference: now }))).toBe(`d ${next}`);
      const wednesday = hour < 7 * 24 ? '2026-11-25' : '2026-12-02';
      expect(brief(readTimes('下周三', { reference: now }))).toBe(`d ${wednesday}`);
    }
  });
});
