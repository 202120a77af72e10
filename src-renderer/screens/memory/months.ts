import type { MemoryStatistics } from '../../../src-shared/schema/memory.ts';

export interface Month {
  /** `YYYY-MM` */
  month: string;
  count: number;
  /** Its first and last day, `YYYY-MM-DD`. */
  from: string;
  to: string;
}

const mostShown = 36;

/** Every month from the first with a memory to the last, those without any included; of many the latest. */
export function monthsOf(counted: MemoryStatistics['months']): Month[] {
  const [first] = counted;
  const last = counted.at(-1);
  if (!first || !last) return [];
  const counts = new Map(counted.map(({ month, count }) => [month, count]));
  const end = indexOf(last.month);
  const begin = Math.max(indexOf(first.month), end - mostShown + 1);
  return Array.from({ length: end - begin + 1 }, (_, step) => {
    const year = Math.floor((begin + step) / 12);
    const number = ((begin + step) % 12) + 1;
    const month = `${String(year).padStart(4, '0')}-${String(number).padStart(2, '0')}`;
    const days = new Date(Date.UTC(year, number, 0)).getUTCDate();
    return { month, count: counts.get(month) ?? 0, from: `${month}-01`, to: `${month}-${days}` };
  });
}

const indexOf = (month: string): number => Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1;
