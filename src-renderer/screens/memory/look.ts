import type { MemoryKind } from '../../../src-shared/schema/memory.ts';
import type { MemoryLook, TimeRange } from '../../api/index.ts';

/** What the address of the screen can say. */
export interface MemorySearch {
  q?: string;
  from?: string;
  to?: string;
  person?: string;
  platform?: string;
  kind?: string;
  mark?: string;
  id?: string;
  add?: string;
  panel?: string;
}

export const kinds: readonly MemoryKind[] = ['message', 'note'];
export const marks = ['pinned', 'sensitive', 'never_use', 'forgotten'] as const;
export type Mark = (typeof marks)[number];

/** Days are the reader's: from the first moment of one to the last moment of the other. */
export function rangeOf(from: string | undefined, to: string | undefined): TimeRange {
  const begin = from === undefined ? null : new Date(`${from}T00:00:00`);
  const end = to === undefined ? null : new Date(`${to}T00:00:00`);
  end?.setDate(end.getDate() + 1);
  return { from: instantOf(begin), to: instantOf(end && new Date(end.getTime() - 1)) };
}

/** Addresses are typed by hand, too. */
const instantOf = (date: Date | null): string | undefined =>
  date === null || Number.isNaN(date.getTime()) ? undefined : date.toISOString();

export function lookOf({ from, to, person, platform, kind, mark }: MemorySearch): MemoryLook {
  const knownMark = marks.find((each) => each === mark);
  return {
    ...rangeOf(from, to),
    person,
    platform,
    kind: kinds.find((each) => each === kind),
    ...(knownMark ? { [knownMark]: true } : {}),
  };
}

/** How many filters are set; a stretch of time is one. */
export const filtersSet = ({ from, to, person, platform, kind, mark }: MemorySearch): number =>
  [from ?? to, person, platform, kind, mark].filter((value) => value !== undefined).length;

export const noFilters = { from: '', to: '', person: '', platform: '', kind: '', mark: '' };
