import type { Reader } from '../../store/index.ts';
import { decodeImage, encodeImage, imageFormat } from './image.ts';
import { buildSegment, maxSegmentSize, type Range, type TermSource } from './segment.ts';
import { createTermIndex } from './term-index.ts';

/** A segment for the database to keep, so that the next start need not read its memories again. */
export interface TermImage extends Range {
  format: string;
  /** The last change of a memory that is in it. */
  as_of: number;
  image: Uint8Array<ArrayBuffer>;
}

/** So many memories are read and cut into words in one go: some 20 ms. */
const step = 1_000;
/** A search waits for so many memories to be indexed, and is answered from the database's own index above that. */
const maxWaitedFor = 500;
/** Below this a segment is made faster than it is kept. */
const minKept = 4_096;

/** As many changes may pass before it is asked which of them are still needed. */
const trimAfter = 500;

export type TermFollower = ReturnType<typeof followTerms>;

/**
 * The index of words in main memory, kept what the database says: it is made from the images that the database keeps, the
 * memories since, and the list of those that changed.
 */
export function followTerms(reader: Reader, onFailure: (error: unknown) => void) {
  let hasFailed = false;
  let trimmed = 0;
  const index = createTermIndex();
  /** The last change that the index knows. */
  let applied = 0;
  let isLoaded = false;
  let merging: Generator<void, void> | null = null;

  function load(): void {
    applied = lastChange(reader);
    let covered = 0;
    for (const { after, upto, format, as_of, image } of reader.all<TermImage>(
      'SELECT after, upto, format, as_of, image FROM memory_index ORDER BY after',
    )) {
      const segment = format === imageFormat && after >= covered ? decodeImage(image, { after, upto }) : null;
      if (!segment) continue;
      index.add(segment);
      covered = upto;
      applied = Math.min(applied, as_of);
    }
    trimmed = applied;
    isLoaded = true;
  }

  /**
   * Takes in what changed since and at most so many new memories; answers how many are still to be read. All of it is read
   * from one state of the database: the number of an erased memory may be given again.
   */
  function catchUp(most: number): number {
    return reader.snapshot(() => {
      if (!isLoaded) load();
      applyChanges();
      const last = reader.get<{ seq: number | null }>('SELECT max(seq) AS seq FROM memories')?.seq ?? 0;
      index.endAt(last);
      let left = most;
      for (const gap of index.gaps(last)) {
        if (left === 0) break;
        const limit = Math.min(left, maxSegmentSize);
        const sources = readSources(reader, gap, limit);
        left -= sources.length;
        const upto = sources.length < limit ? gap.upto : (sources.at(-1)?.seq ?? gap.upto);
        index.add(buildSegment(sources, { after: gap.after, upto }));
      }
      return countWithin(reader, index.gaps(last), maxWaitedFor + 1);
    });
  }

  /** A change tells only which memory it was about; what it is now is read, so the order of changes does not matter. */
  function applyChanges(): void {
    const until = lastChange(reader);
    if (until === applied) return;
    const changed = reader.all<{ seq: number }>(
      'SELECT DISTINCT memory_seq AS seq FROM memory_changes WHERE id > ? AND id <= ? ORDER BY memory_seq',
      applied,
      until,
    );
    const known = changed.filter(({ seq }) => isCovered(seq)).map(({ seq }) => seq);
    for (const seq of known) index.remove(seq);
    for (let from = 0; from < known.length; from += step) {
      const sources = readThese(reader, known.slice(from, from + step));
      if (sources.length > 0) index.add(buildSegment(sources, null));
    }
    applied = until;
  }

  const isCovered = (seq: number): boolean =>
    index.segments.some(({ range }) => range !== null && seq > range.after && seq <= range.upto);

  /** What fails here costs speed and no answer: the database's own index goes on. */
  function attempt(what: () => boolean): boolean {
    if (hasFailed) return false;
    try {
      return what();
    } catch (error) {
      hasFailed = true;
      index.clear();
      onFailure(error);
      return false;
    }
  }

  return {
    index,
    /** Whether the index says what the database says, after a short look at what changed. */
    isReady: (): boolean => attempt(() => isLoaded && catchUp(maxWaitedFor) === 0),
    /** Some milliseconds of work that nobody waits for. False when there was nothing to do. */
    work: (): boolean => attempt(work),
    /** A segment that the database should keep and does not, or null. */
    unkept(): TermImage | null {
      if (merging || !isLoaded || hasFailed) return null;
      const kept = new Set(
        reader
          .all<Range & { format: string }>('SELECT after, upto, format FROM memory_index')
          .map(({ after, upto, format }) => `${after} ${upto} ${format}`),
      );
      for (const segment of index.segments) {
        const { range, docs } = segment;
        if (range === null || docs.size < minKept) continue;
        if (kept.has(`${range.after} ${range.upto} ${imageFormat}`)) continue;
        return { ...range, format: imageFormat, as_of: applied, image: encodeImage(segment) };
      }
      return null;
    },
    /** The last change that is in the index, when so many came that those before it should go; else null. */
    trimmable(): number | null {
      if (applied - trimmed < trimAfter) return null;
      trimmed = applied;
      return applied;
    },
  };

  function work(): boolean {
    if (merging) {
      if (merging.next().done) merging = null;
      return true;
    }
    if (catchUp(step) > 0) return true;
    const merge = index.nextMerge();
    merging = merge && index.merge(merge);
    return merging !== null;
  }
}

const lastChange = (reader: Reader): number =>
  reader.get<{ id: number | null }>('SELECT max(id) AS id FROM memory_changes')?.id ?? 0;

/** Of a sealed memory no word is known here; it is found by the store's blind index. */
const isInTheOpen = 'forgotten_at IS NULL AND sensitive < 2';
const columns = 'seq, content, created_at, sender_id, conversation_id, subject, platform';

const readSources = (reader: Reader, { after, upto }: Range, limit: number): TermSource[] =>
  reader.all<TermSource>(
    `SELECT ${columns} FROM memories WHERE seq > ? AND seq <= ? AND ${isInTheOpen} ORDER BY seq LIMIT ?`,
    after,
    upto,
    limit,
  );

const readThese = (reader: Reader, seqs: readonly number[]): TermSource[] =>
  reader.all<TermSource>(
    `SELECT ${columns} FROM memories
     WHERE seq IN (SELECT value FROM json_each(?)) AND ${isInTheOpen} ORDER BY seq`,
    JSON.stringify(seqs),
  );

function countWithin(reader: Reader, gaps: readonly Range[], limit: number): number {
  let count = 0;
  for (const { after, upto } of gaps) {
    const found = reader.get<{ count: number }>(
      `SELECT count(*) AS count FROM (SELECT 1 FROM memories WHERE seq > ? AND seq <= ? AND ${isInTheOpen} LIMIT ?)`,
      after,
      upto,
      limit - count,
    );
    count += found?.count ?? 0;
    if (count >= limit) break;
  }
  return count;
}
