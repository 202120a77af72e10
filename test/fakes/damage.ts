import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';

/** Numbers that look like chance and are the same in every run. */
export function chance(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const pageBytes = 4096;

/** Writes noise over whole pages, the first one (the file's own header) only when asked; answers their numbers. */
export function destroyPages(file: string, count: number, next: (below: number) => number): number[] {
  const descriptor = openSync(file, 'r+');
  try {
    const pages = Math.floor(fstatSync(descriptor).size / pageBytes);
    const chosen = new Set<number>();
    while (chosen.size < count) chosen.add(1 + next(pages - 1));
    for (const page of chosen) {
      const noise = Buffer.from(Array.from({ length: pageBytes }, () => next(256)));
      writeSync(descriptor, noise, 0, pageBytes, page * pageBytes);
    }
    return [...chosen];
  } finally {
    closeSync(descriptor);
  }
}
