import { randomBytes } from 'node:crypto';
import { sealChunk } from './chunks.ts';
import { boundPart, chunkBytes, fileBytesOf, wholeHeader } from './header.ts';
import { deriveKeys } from './keys.ts';

export interface WriteOptions {
  passphrase: string;
  /** How long the content is; it is part of the header. */
  payload: number;
  parts: AsyncIterable<Buffer>;
  signal: AbortSignal;
  onProgress(done: number): void;
  /** For tests, which need not wait. */
  logN?: number;
}

/** Seals the parts, one after the other, and gives the file in pieces. @throws Error where they are not as long as was said */
export async function* sealedFile({ passphrase, payload, parts, signal, onProgress, logN = 17 }: WriteOptions) {
  const salt = randomBytes(32);
  const bound = boundPart({ salt, fileBytes: fileBytesOf(payload), logN });
  const keys = await deriveKeys(passphrase, { logN, salt, bound });
  yield wholeHeader(bound, keys.proof);

  const chunk = Buffer.alloc(chunkBytes);
  let filled = 0;
  let number = 0;
  let done = 0;
  for await (const part of parts) {
    for (let at = 0; at < part.length; ) {
      signal.throwIfAborted();
      const copied = part.copy(chunk, filled, at, Math.min(part.length, at + chunkBytes - filled));
      at += copied;
      filled += copied;
      done += copied;
      if (done > payload) throw new Error('the content is longer than was said');
      if (filled < chunkBytes && done < payload) continue;
      yield sealChunk(keys.content, number++, done === payload, chunk.subarray(0, filled));
      filled = 0;
      onProgress(done);
    }
  }
  if (done !== payload) throw new Error(`the content has ${done} bytes where ${payload} were said`);
}
