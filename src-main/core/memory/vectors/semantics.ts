import type { MadeVectors, Reader, VectorIndexPart } from '../../store/index.ts';
import { createEmbedding, type Embedding } from './embed.ts';
import { type Embedder, longestText } from './embedder.ts';
import { type EngineChoice, openEngine } from './engines.ts';
import { followVectors, type VectorFollower, vectorReader } from './follow.ts';
import type { NumberMask } from './number-mask.ts';
import type { VectorHit } from './vector-index.ts';

/** What has to be written for vectors; whoever only reads asks for it. */
export type VectorWish =
  | { type: 'keep_vectors'; made: MadeVectors }
  | { type: 'lose_vectors'; seqs: number[] }
  | { type: 'drop_vectors'; except: string[] }
  | { type: 'keep_vector_part'; part: VectorIndexPart }
  | { type: 'trim_vectors'; applied: number };

export interface SemanticsDeps {
  reader: Reader;
  /** The one to use first; the others serve until it knows every memory, and their vectors are then let go. */
  embedders: readonly Embedder[];
  engine?: EngineChoice;
  tell(wish: VectorWish): void;
  onFailure(error: unknown): void;
}

interface Level {
  embedder: Embedder;
  embedding: Embedding;
  /** Null where no index is needed yet, or any more. */
  follower: VectorFollower | null;
}

/** As many of the nearest are weighed with what words and times say. */
const nearest = 50;
/** A part of an index is some megabytes; vectors that nobody uses go a few at a time. */
const keepAtMostEveryMs = 5_000;
const dropAtMostEveryMs = 200;
/** After a failure, memories and questions do without for so long. */
const restAfterFailureMs = 60_000;

export type Semantics = ReturnType<typeof createSemantics>;

/** Nearness in meaning, where an embedder is there: vectors made in the background, followed by an index, and searched. */
export function createSemantics({ reader, embedders, engine = 'auto', tell, onFailure }: SemanticsDeps) {
  const levels = embedders.map((embedder): Level => {
    const keep = (made: MadeVectors): void => tell({ type: 'keep_vectors', made });
    return { embedder, embedding: createEmbedding({ reader, embedder, keep, onFailure }), follower: null };
  });
  let choice = engine;
  let restsUntil = 0;
  const lastSent = { part: Number.NEGATIVE_INFINITY, drop: Number.NEGATIVE_INFINITY };
  /** An index is used by one at a time. */
  let turn: Promise<unknown> = Promise.resolve();

  function inTurn<T>(what: () => Promise<T>): Promise<T> {
    const result = turn.then(what);
    turn = result.catch(() => {});
    return result;
  }

  async function attempt<T>(what: () => Promise<T>, otherwise: T): Promise<T> {
    if (levels.length === 0 || performance.now() < restsUntil) return otherwise;
    try {
      return await what();
    } catch (error) {
      onFailure(error);
      restsUntil = performance.now() + restAfterFailureMs;
      // An engine in a process of its own may be gone for good; the scan is always there.
      if (choice !== 'scan') {
        choice = 'scan';
        restsUntil = 0;
      }
      await inTurn(async () => {
        for (const level of levels) await release(level);
      }).catch(onFailure);
      return otherwise;
    }
  }

  async function followed(level: Level): Promise<VectorFollower> {
    if (level.follower) return level.follower;
    const { fingerprint, dimensions } = level.embedder;
    const read = vectorReader(reader, fingerprint, dimensions);
    const sample = (count: number) => [...read(sampleOf(reader, fingerprint, count)).values()];
    const index = await openEngine({ choice, dimensions, read, sample });
    level.follower = followVectors({ reader, fingerprint, index });
    return level.follower;
  }

  async function release(level: Level): Promise<void> {
    const { follower } = level;
    level.follower = null;
    await follower?.index.close();
  }

  const isWhole = ({ embedding, follower }: Level): boolean => follower?.isComplete === true && embedding.isComplete();

  /** The preferred one when it knows every memory; until then, what knows most. */
  function serving(): Level | undefined {
    const whole = levels.find(isWhole);
    return (
      whole ?? levels.toSorted((one, other) => (other.follower?.index.size ?? 0) - (one.follower?.index.size ?? 0))[0]
    );
  }

  async function find(text: string, mask: NumberMask | null): Promise<VectorHit[]> {
    const level = serving();
    if (!level?.follower) return [];
    const [vector] = await level.embedder.embed([text.slice(0, longestText)], 'question');
    if (!vector) throw new RangeError(`${level.embedder.fingerprint} made no vector of a question`);
    return inTurn(async () => {
      if (!level.follower || !(await level.follower.isReady())) return [];
      const hits = await level.follower.index.search(vector, nearest, mask);
      return hits.filter(({ score }) => score >= level.embedder.near);
    });
  }

  async function work(): Promise<boolean> {
    const [preferred, ...others] = levels;
    if (!preferred) return false;
    if (await preferred.embedding.work()) return true;
    const hasWorked = await inTurn(async () => {
      if (await (await followed(preferred)).work()) return true;
      // The vectors of another are read while the preferred one's are being made.
      for (const other of others) {
        if (isWhole(preferred)) await release(other);
        else if (await (await followed(other)).work()) return true;
      }
      return false;
    });
    if (!hasWorked) wish(preferred);
    return hasWorked;
  }

  function wish(preferred: Level): void {
    const now = performance.now();
    const seqs = levels.flatMap(({ follower }) => follower?.takeDamaged() ?? []);
    // What is kept of an index is kept when the vectors that are made again are in it.
    if (seqs.length > 0) return tell({ type: 'lose_vectors', seqs });
    const applied = preferred.follower?.trimmable() ?? null;
    if (applied !== null) tell({ type: 'trim_vectors', applied });
    if (now - lastSent.drop >= dropAtMostEveryMs && isWhole(preferred) && hasOthers(preferred)) {
      lastSent.drop = now;
      tell({ type: 'drop_vectors', except: [preferred.embedder.fingerprint] });
    }
    if (now - lastSent.part < keepAtMostEveryMs) return;
    const part = serving()?.follower?.unkept();
    if (!part) return;
    lastSent.part = now;
    tell({ type: 'keep_vector_part', part });
  }

  const hasOthers = ({ embedder }: Level): boolean =>
    reader.get('SELECT 1 FROM memory_vector_models WHERE fingerprint <> ? LIMIT 1', embedder.fingerprint) !== undefined;

  return {
    /** False where no embedder is there: then a question is not even looked at. */
    isThere: levels.length > 0,
    /** The memories nearest to a text, with their cosines; none while nothing is known, or where something fails. */
    find: (text: string, mask: NumberMask | null): Promise<VectorHit[]> => attempt(() => find(text, mask), []),
    /** Some milliseconds of work that nobody waits for. False when there was nothing to do. */
    work: (): Promise<boolean> => attempt(work, false),
    /** Whether there will be something to do without anybody asking: vectors that are on their way, or that nobody uses. */
    isWaiting: (): boolean =>
      levels[0] !== undefined && (levels[0].embedding.isWaiting || (isWhole(levels[0]) && hasOthers(levels[0]))),
    async close(): Promise<void> {
      await inTurn(async () => {
        for (const level of levels) await release(level);
      });
    },
  };
}

/** Numbers of memories that have a vector, from all over them. */
const sampleOf = (reader: Reader, fingerprint: string, count: number): number[] =>
  reader
    .all<{ id: number }>(
      `SELECT memory_seq AS id FROM memory_vectors
       WHERE model = (SELECT id FROM memory_vector_models WHERE fingerprint = ?) ORDER BY memory_seq * 7919 % 10007 LIMIT ?`,
      fingerprint,
      count,
    )
    .map(({ id }) => id);
