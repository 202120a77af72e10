import { type MadeVectors, type Reader, textMark } from '../../store/index.ts';
import { type Embedder, longestText } from './embedder.ts';
import { encodeVector } from './stored.ts';
import { unitOf } from './vector-index.ts';

/** So many memories are embedded in one go: between two of them a question may come. */
const batch = 32;
const saySomethingAfter = 1_000;
/** A text that every model takes. */
const probe = 'hello';
/** What was sent and is not there by then is made again: the store may have been out of room. */
const lostAfterMs = 10_000;

export interface EmbeddingDeps {
  reader: Reader;
  embedder: Embedder;
  keep(made: MadeVectors): void;
  /** Of a memory whose text has no vector, by its number; the others go on. */
  onFailure(error: unknown, memory: number): void;
  now?(): number;
}

interface Progress {
  upto: number;
  as_of: number;
}

interface Source {
  seq: number;
  content: string;
}

export type Embedding = ReturnType<typeof createEmbedding>;

/** Gives every memory its vector, a few at a time: those that are new, and those that changed since they were looked at. */
export function createEmbedding({
  reader,
  embedder,
  keep,
  onFailure,
  now = performance.now.bind(performance),
}: EmbeddingDeps) {
  /** What was sent to be kept, until the database has it. */
  let sent: (Progress & { at: number }) | null = null;

  /** What the next vectors are made of, read from one state of the database; null when every memory was looked at. */
  function next(): { sources: Source[]; progress: Progress } | null {
    return reader.snapshot(() => {
      const { upto, as_of, model } = stateOf(reader, embedder.fingerprint);
      const isThere = model > 0 && upto >= (sent?.upto ?? 0) && as_of >= (sent?.as_of ?? 0);
      if (sent && !isThere && now() - sent.at < lostAfterMs) return null;
      sent = null;
      // Known first, so that from here on every change of a memory is told.
      if (model === 0) return { sources: [], progress: { upto: 0, as_of: 0 } };
      const changed = reader.all<{ id: number; memory_seq: number }>(
        'SELECT id, memory_seq FROM memory_vector_changes WHERE id > ? AND vector_seq IS NULL ORDER BY id LIMIT ?',
        as_of,
        batch,
      );
      if (changed.length > 0) {
        const seqs = JSON.stringify(changed.map(({ memory_seq }) => memory_seq));
        const sources = reader.all<Source>(
          `${bare} WHERE m.seq IN (SELECT value FROM json_each(?)) AND m.seq <= ? AND ${missing}`,
          seqs,
          upto,
          model,
        );
        return { sources, progress: { upto, as_of: changed.at(-1)?.id ?? as_of } };
      }
      const sources = reader.all<Source>(
        `${bare} WHERE m.seq > ? AND ${missing} ORDER BY m.seq LIMIT ?`,
        upto,
        model,
        batch,
      );
      const last = sources.length < batch ? lastMemory(reader) : (sources.at(-1)?.seq ?? upto);
      // Changes are let go of when every model has looked at them, so now and then it says that it did.
      if (sources.length === 0 && last <= upto && lastChange(reader) - as_of < saySomethingAfter) return null;
      return { sources, progress: { upto: Math.max(upto, last), as_of: Math.max(as_of, lastChange(reader)) } };
    });
  }

  async function embed(sources: readonly Source[]): Promise<Float32Array[]> {
    const vectors = await embedder.embed(
      sources.map(({ content }) => content.slice(0, longestText)),
      'memory',
    );
    if (vectors.length !== sources.length)
      throw new RangeError(`${embedder.fingerprint} made ${vectors.length} vectors of ${sources.length} texts`);
    return vectors.map((vector, at) => unitOf(vector, embedder.dimensions, `the vector of memory ${sources[at]?.seq}`));
  }

  /** A text that has no vector does not keep the others from theirs. */
  async function embedEach(sources: readonly Source[]): Promise<(Float32Array | null)[]> {
    if (sources.length === 0) return [];
    try {
      return await embed(sources);
    } catch (error) {
      if (sources.length === 1) {
        onFailure(error, sources[0]?.seq ?? 0);
        return [null];
      }
      const halves = [sources.slice(0, sources.length >> 1), sources.slice(sources.length >> 1)];
      return [...(await embedEach(halves[0] ?? [])), ...(await embedEach(halves[1] ?? []))];
    }
  }

  return {
    /** Whether the last vectors that were made are still to be kept. */
    get isWaiting(): boolean {
      return sent !== null;
    },
    /** Makes a few vectors; false when there is nothing to do, or nothing yet. Fails as a whole where the model does. */
    async work(): Promise<boolean> {
      const found = next();
      if (!found) return false;
      const { sources, progress } = found;
      const vectors = await embedEach(sources);
      // Where no text has one it may be the model that fails, and the memories are to be looked at again.
      if (sources.length > 0 && vectors.every((vector) => vector === null)) await embedder.embed([probe], 'memory');
      const rows = sources.flatMap(({ seq, content }, at) => {
        const vector = vectors[at];
        return vector ? [{ memory_seq: seq, mark: textMark(content), vector: encodeVector(vector) }] : [];
      });
      keep({ fingerprint: embedder.fingerprint, dimensions: embedder.dimensions, rows, ...progress });
      sent = { ...progress, at: now() };
      return true;
    },
    /** Every memory that is there was looked at. */
    isComplete(): boolean {
      const { upto, as_of } = stateOf(reader, embedder.fingerprint);
      const left = reader.get('SELECT 1 FROM memory_vector_changes WHERE id > ? AND vector_seq IS NULL LIMIT 1', as_of);
      return upto >= lastMemory(reader) && left === undefined;
    },
  };
}

const bare = 'SELECT m.seq, m.content FROM memories m';
/** Sensitive ones have no vector: much of a text can be read back from one. */
const missing = `m.forgotten_at IS NULL AND m.sensitive = 0
  AND NOT EXISTS (SELECT 1 FROM memory_vectors v WHERE v.memory_seq = m.seq AND v.model = ?)`;

const lastMemory = (reader: Reader): number =>
  reader.get<{ seq: number | null }>('SELECT max(seq) AS seq FROM memories')?.seq ?? 0;

const lastChange = (reader: Reader): number =>
  reader.get<{ id: number }>("SELECT seq AS id FROM sqlite_sequence WHERE name = 'memory_vector_changes'")?.id ?? 0;

/** How far a model has looked; one that is not known yet has looked at nothing. */
function stateOf(reader: Reader, fingerprint: string): Progress & { model: number } {
  const known = reader.get<Progress & { id: number }>(
    'SELECT id, upto, as_of FROM memory_vector_models WHERE fingerprint = ?',
    fingerprint,
  );
  return known ? { upto: known.upto, as_of: known.as_of, model: known.id } : { upto: 0, as_of: 0, model: 0 };
}
