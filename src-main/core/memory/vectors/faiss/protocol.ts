/** What the process of faiss can be asked. Nothing else is passed on: some calls of faiss-node end their process. */
export type FaissCall =
  | { call: 'open'; kind: FaissKind; dimensions: number }
  /** Vectors of length 1, one after the other; the first gets the position that is the number of those before. */
  | { call: 'add'; vectors: Float32Array<ArrayBuffer> }
  /** Positions and inner products, the best first. */
  | { call: 'search'; query: Float32Array<ArrayBuffer>; count: number };

export type FaissKind = 'flat' | 'hnsw';

export interface FaissAnswers {
  open: null;
  /** Bytes of the process. */
  add: { bytes: number };
  search: { positions: number[]; products: number[] };
}

export type FaissRequest = FaissCall & { id: number };
export type FaissReply =
  | { id: number; ok: FaissAnswers[keyof FaissAnswers] }
  | { id: number; error: string; missing?: boolean };
