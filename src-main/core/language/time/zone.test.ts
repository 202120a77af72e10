import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { instantOf, wallClock } from './zone.ts';

describe('wall clocks and instants', () => {
  test('a zone shows its own time', () => {
    expect(wallClock('2026-11-20T09:00:00Z', 'Asia/Shanghai')).toBe('2026-11-20T17:00:00');
    expect(wallClock('2026-11-20T09:00:00+08:00', 'UTC')).toBe('2026-11-20T01:00:00');
    expect(wallClock('2026-01-01T00:30:00Z', 'America/New_York')).toBe('2025-12-31T19:30:00');
  });

  test('an instant is found from the wall clock of a zone', () => {
    expect(instantOf('2026-11-20T17:00:00', 'Asia/Shanghai')).toBe('2026-11-20T09:00:00Z');
    expect(instantOf('2026-07-01T12:00:00', 'Europe/London')).toBe('2026-07-01T11:00:00Z');
  });

  test('a time that the clocks skip in spring moves forward by the gap', () => {
    expect(instantOf('2026-03-08T02:30:00', 'America/New_York')).toBe('2026-03-08T07:30:00Z');
    expect(wallClock('2026-03-08T07:30:00Z', 'America/New_York')).toBe('2026-03-08T03:30:00');
  });

  test('a time that the clocks show twice in autumn is the earlier one', () => {
    expect(instantOf('2026-11-01T01:30:00', 'America/New_York')).toBe('2026-11-01T05:30:00Z');
  });

  test('half-hour zones and the far side of the date line work', () => {
    expect(instantOf('2026-11-20T05:30:00', 'Asia/Kolkata')).toBe('2026-11-20T00:00:00Z');
    expect(wallClock('2026-11-20T11:00:00Z', 'Pacific/Kiritimati')).toBe('2026-11-21T01:00:00');
  });

  test('an unknown zone and a broken time are refused, not guessed', () => {
    expect(() => wallClock('2026-11-20T09:00:00Z', 'Nowhere/City')).toThrow(RangeError);
    expect(() => wallClock('soon', 'UTC')).toThrow(RangeError);
    expect(() => instantOf('tomorrow', 'UTC')).toThrow(RangeError);
  });

  test('every instant comes back from its wall clock, save within the hour shown twice', () => {
    const zones = fc.constantFrom('Asia/Shanghai', 'America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe', 'UTC');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), zones, (seconds, zone) => {
        const instant = new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
        const back = instantOf(wallClock(instant, zone), zone);
        const shift = Date.parse(instant) - Date.parse(back);
        expect([0, 1_800_000, 3_600_000]).toContain(shift);
        expect(wallClock(back, zone)).toBe(wallClock(instant, zone));
      }),
      { numRuns: 300 },
    );
  });
});
