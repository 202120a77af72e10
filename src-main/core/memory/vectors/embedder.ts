/** Turns texts into vectors that lie near each other where the texts mean like things. */
export interface Embedder {
  /**
   * Names the model and everything else that makes its vectors what they are: file digests, tokeniser, pooling. Vectors of
   * different fingerprints are never compared.
   */
  readonly fingerprint: string;
  readonly dimensions: number;
  /** The cosine from which a memory counts as near a question; below it, nearest means nothing. */
  readonly near: number;
  /** One vector for each text, in their order. A question may be embedded otherwise than what answers it. */
  embed(texts: readonly string[], kind: 'memory' | 'question'): Promise<Float32Array[]>;
}

/** Of a long memory, so many characters are embedded: models read a few hundred words. */
export const longestText = 4_000;
