import type { Embedder } from './embedder.ts';

/** Words that the test embedder takes for one. */
const meanings: Readonly<Record<string, string>> = {
  automobile: 'car',
  汽车: 'car',
  physician: 'doctor',
  医生: 'doctor',
};

/**
 * For tests: every word has a direction of its own, drawn by its letters, and a text points where its words do together.
 * It knows a few words of like meaning, and no grammar at all.
 */
export function createTestEmbedder(name = 'test', dimensions = 64) {
  const asked: { texts: readonly string[]; kind: string }[] = [];
  let failure: Error | null = null;
  const embedder: Embedder = {
    fingerprint: `${name} ${dimensions}`,
    dimensions,
    near: 0.3,
    embed(texts, kind) {
      asked.push({ texts, kind });
      const broken = failure ?? (texts.includes('poison') ? new Error('no vector for poison') : null);
      return broken
        ? Promise.reject(broken)
        : Promise.resolve(texts.map((text) => directionOf(text, name, dimensions)));
    },
  };
  return {
    embedder,
    asked,
    fail(error: Error | null): void {
      failure = error;
    },
  };
}

function directionOf(text: string, name: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  const words = text.toLowerCase().match(/[a-z0-9]+|\p{Script=Han}{2}/gu) ?? [''];
  for (const word of words) {
    let state = 2_166_136_261;
    for (const letter of name + (meanings[word] ?? word))
      state = Math.imul(state ^ (letter.codePointAt(0) ?? 0), 16_777_619);
    state |= 1;
    for (let at = 0; at < dimensions; at++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      vector[at] = (vector[at] as number) + (state < 0 ? -1 : 1);
    }
  }
  return vector;
}
