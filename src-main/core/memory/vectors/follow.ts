import type { Reader, VectorIndexPart } from '../../store/index.ts';
import type { ScanIndex } from './scan/scan-index.ts';
import { decodeVector } from './stored.ts';
import type { ReadVectors, VectorIndex, VectorRange, VectorRow } from './vector-index.ts';

/** So many vectors are read in one go: some ten milliseconds. */
const step = 1_000;
/** A search waits for so many, and is answered without nearness above that. */
const maxWaitedFor = 500;
/** As many changes may pass before it is asked which of them are still needed. */
const trimAfter = 500;

export interface FollowDeps {
  reader: Reader;
  fingerprint: string;
  index: VectorIndex;
}

export type VectorFollower = ReturnType<typeof followVectors>;

/** What of an index's memory changed, read from one state of the database. */
interface News {
  gone: Pick<VectorRow, 'id' | 'made'>[];
  batches: (VectorRange & { rows: VectorRow[] })[];
  left: number;
  /** The number of the last vector. */
  last: number;
}

/**
 * An index of vectors, kept what the database says: from the parts of it that the database keeps, the vectors made since,
 * and the list of those that went. Calls do not overlap.
 */
export function followVectors({ reader, fingerprint, index }: FollowDeps) {
  /** The last change that the index knows. */
  let applied = 0;
  let trimmed = 0;
  let isLoaded = false;
  let isComplete = false;
  /** Kept parts that are not what was written, by where they begin: another is to be kept in their place. */
  const refused = new Set<number>();
  /** Vectors that are not what was written. */
  const damaged = new Set<number>();

  const model = () =>
    reader.get<{ id: number }>('SELECT id FROM memory_vector_models WHERE fingerprint = ?', fingerprint)?.id ?? 0;

  /** Takes in what went and at most so many new vectors; answers how many are still to be read. */
  async function catchUp(most: number): Promise<number> {
    const news = reader.snapshot(() => readNews(most));
    if (news === null) {
      // The database is not the one that was followed: numbers that were seen are not there yet.
      isLoaded = false;
      await index.clear();
      return 1;
    }
    await index.remove(news.gone);
    for (const batch of news.batches) await index.add(batch);
    // An engine may have let go of everything to be told anew.
    const left = news.left > 0 ? news.left : index.gaps(news.last).length;
    isComplete = left === 0;
    return left;
  }

  function readNews(most: number): News | null {
    const id = model();
    if (!isLoaded) load(id);
    const until = lastChange(reader);
    const last = lastVector(reader);
    const [end] = index.gaps(Number.MAX_SAFE_INTEGER).slice(-1);
    if (until < applied || (end?.after ?? 0) > last) return null;
    const gone = reader.all<Pick<VectorRow, 'id' | 'made'>>(
      `SELECT memory_seq AS id, vector_seq AS made FROM memory_vector_changes
       WHERE id > ? AND id <= ? AND vector_seq IS NOT NULL`,
      applied,
      until,
    );
    applied = until;
    const gaps = index.gaps(last);
    const batches: News['batches'] = [];
    let room = most;
    for (const gap of gaps) {
      if (room === 0) break;
      const found = reader.all<{ id: number; made: number; vector: Uint8Array }>(
        `SELECT memory_seq AS id, seq AS made, vector FROM memory_vectors
         WHERE model = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?`,
        id,
        gap.after,
        gap.upto,
        room,
      );
      const upto = found.length < room ? gap.upto : (found.at(-1)?.made ?? gap.upto);
      batches.push({ after: gap.after, upto, rows: found.flatMap(rowOf) });
      room -= found.length;
    }
    return { gone, batches, last, left: room > 0 ? 0 : countAfter(id, batches.at(-1)?.upto ?? 0, gaps) };
  }

  function rowOf({ id, made, vector }: { id: number; made: number; vector: Uint8Array }): VectorRow[] {
    const decoded = decodeVector(vector, index.dimensions);
    if (decoded) return [{ id, made, vector: decoded }];
    damaged.add(made);
    return [];
  }

  /** How many vectors are still to be read, counted up to what matters. */
  function countAfter(id: number, done: number, gaps: readonly VectorRange[]): number {
    let count = 0;
    for (const { after, upto } of gaps) {
      const found = reader.get<{ count: number }>(
        `SELECT count(*) AS count FROM (SELECT 1 FROM memory_vectors WHERE model = ? AND seq > ? AND seq <= ? LIMIT ?)`,
        id,
        Math.max(after, done),
        upto,
        maxWaitedFor + 1 - count,
      );
      count += found?.count ?? 0;
      if (count > maxWaitedFor) break;
    }
    return count;
  }

  function load(id: number): void {
    applied = lastChange(reader);
    const scan = scanOf(index);
    for (const { after, upto, as_of } of scan ? partsOf(reader, id) : []) {
      const kept = reader.get<{ image: Uint8Array }>(
        'SELECT image FROM memory_vector_index WHERE model = ? AND after = ?',
        id,
        after,
      );
      if (kept && scan?.place(kept.image, { after, upto })) applied = Math.min(applied, as_of);
      else refused.add(after);
    }
    trimmed = applied;
    isLoaded = true;
  }

  return {
    index,
    fingerprint,
    /** Whether the index says what the database says, after a short look at what changed. */
    isReady: async (): Promise<boolean> => isLoaded && (await catchUp(maxWaitedFor)) === 0,
    /** Whether everything was read at the last look. */
    get isComplete(): boolean {
      return isComplete;
    },
    /** Some milliseconds of work that nobody waits for. False when there was nothing to do. */
    async work(): Promise<boolean> {
      if ((await catchUp(step)) > 0) return true;
      return scanOf(index)?.compact() ?? false;
    },
    /** A part that the database should keep and does not, or null. */
    unkept(): VectorIndexPart | null {
      const scan = scanOf(index);
      if (!scan || !isComplete) return null;
      const sound = partsOf(reader, model()).filter(({ after }) => !refused.has(after));
      const kept = new Set(sound.map(({ after, upto }) => `${after} ${upto}`));
      const block = scan.sealed().find(({ after, upto, alive }) => alive > 0 && !kept.has(`${after} ${upto}`));
      if (!block) return null;
      for (const after of refused) if (after >= block.after && after < block.upto) refused.delete(after);
      const { image, lowest, highest } = scan.encode(block);
      return { fingerprint, after: block.after, upto: block.upto, as_of: applied, lowest, highest, image };
    },
    /** Vectors that are not what was written, to be let go and made again. */
    takeDamaged(): number[] {
      const seqs = [...damaged];
      damaged.clear();
      return seqs;
    },
    /** The last change that is in the index, when so many came that those before it should go; else null. */
    trimmable(): number | null {
      if (applied - trimmed < trimAfter) return null;
      trimmed = applied;
      return applied;
    },
  };
}

/** What a model's memories have for vectors now. */
export const vectorReader =
  (reader: Reader, fingerprint: string, dimensions: number): ReadVectors =>
  (ids) => {
    const rows = reader.all<{ id: number; vector: Uint8Array }>(
      `SELECT memory_seq AS id, vector FROM memory_vectors
       WHERE memory_seq IN (SELECT value FROM json_each(?))
         AND model = (SELECT id FROM memory_vector_models WHERE fingerprint = ?)`,
      JSON.stringify(ids),
      fingerprint,
    );
    const found = new Map<number, Float32Array>();
    for (const { id, vector } of rows) {
      const decoded = decodeVector(vector, dimensions);
      if (decoded) found.set(id, decoded);
    }
    return found;
  };

const scanOf = (index: VectorIndex): ScanIndex | null => (index.engine === 'scan' ? (index as ScanIndex) : null);

const lastChange = (reader: Reader): number =>
  reader.get<{ id: number }>("SELECT seq AS id FROM sqlite_sequence WHERE name = 'memory_vector_changes'")?.id ?? 0;

const lastVector = (reader: Reader): number =>
  reader.get<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'memory_vectors'")?.seq ?? 0;

const partsOf = (reader: Reader, model: number) =>
  reader.all<VectorRange & { as_of: number }>(
    'SELECT after, upto, as_of FROM memory_vector_index WHERE model = ? ORDER BY after',
    model,
  );
