import type { Index } from 'faiss-node';
import { maxDimensions } from '../vector-index.ts';
import type { FaissAnswers, FaissCall, FaissReply, FaissRequest } from './protocol.ts';

/**
 * The process of faiss: one index, three calls, each looked at before faiss sees it. `removeIds` on HNSW, adding to an
 * index that was not trained, and others end the process, so none of them is here.
 */
let index: Index | null = null;
/** The graph is made by distance: by inner product it loses more of the nearest. */
let isGraph = false;

process.on('message', (request: FaissRequest) => {
  void answer(request).then(
    (ok) => send({ id: request.id, ok }),
    (error: unknown) =>
      send({
        id: request.id,
        error: error instanceof Error ? error.message : String(error),
        missing: error instanceof FaissMissing,
      }),
  );
});
process.on('disconnect', () => process.exit(0));

class FaissMissing extends Error {}

async function answer(request: FaissCall): Promise<FaissAnswers[FaissCall['call']]> {
  switch (request.call) {
    case 'open':
      return open(request);
    case 'add':
      return add(request);
    case 'search':
      return search(request);
    default:
      throw new RangeError('there is no such call');
  }
}

async function open({ kind, dimensions }: FaissCall & { call: 'open' }): Promise<null> {
  if (!Number.isInteger(dimensions) || dimensions < 1 || dimensions > maxDimensions)
    throw new RangeError(`faiss is not asked for ${dimensions} dimensions`);
  const faiss = await import('faiss-node').catch((cause: Error) => {
    throw new FaissMissing(`faiss-node is not installed, or its addon is not built: ${cause.message.split('\n')[0]}`);
  });
  const { Index: AnyIndex, IndexFlatIP, MetricType } = faiss.default;
  isGraph = kind === 'hnsw';
  index =
    kind === 'flat'
      ? new IndexFlatIP(dimensions)
      : AnyIndex.fromFactory(dimensions, 'HNSW32,Flat', MetricType.METRIC_L2);
  return null;
}

function add({ vectors }: FaissCall & { call: 'add' }): FaissAnswers['add'] {
  const known = opened();
  if (vectors.length === 0 || vectors.length % known.getDimension() !== 0)
    throw new RangeError(`${vectors.length} numbers are no vectors of ${known.getDimension()}`);
  if (!vectors.every((part) => Number.isFinite(part))) throw new RangeError('a vector holds what is no number');
  known.add(Array.from(vectors));
  return { bytes: process.memoryUsage.rss() };
}

function search({ query, count }: FaissCall & { call: 'search' }): FaissAnswers['search'] {
  const known = opened();
  if (query.length !== known.getDimension() || !query.every((part) => Number.isFinite(part)))
    throw new RangeError('the query is no vector of this index');
  const most = Math.min(count, known.ntotal());
  if (!(most >= 1)) return { positions: [], products: [] };
  const { labels, distances } = known.search(Array.from(query), most);
  // Of vectors of length 1, the square of a distance is twice what the product lacks of 1.
  return { positions: labels, products: isGraph ? distances.map((square) => 1 - square / 2) : distances };
}

function opened(): Index {
  if (!index) throw new Error('no index was opened');
  return index;
}

function send(reply: FaissReply): void {
  process.send?.(reply);
}
