/** A line of a file without its end. `bytes` is null where it is longer than the bound. */
export interface Line {
  line: number;
  bytes: Buffer | null;
}

const newline = 0x0a;
const carriageReturn = 0x0d;

/** Cuts bytes into lines as they come; no more than `maxBytes` are ever held. Empty lines are counted and left out. */
export async function* readLines(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Line, void> {
  let line = 1;
  let parts: Buffer[] = [];
  let size = 0;

  function take(): Line | null {
    const bytes = size > maxBytes ? null : trimmed(Buffer.concat(parts));
    const taken = bytes?.length === 0 ? null : { line, bytes };
    line++;
    parts = [];
    size = 0;
    return taken;
  }
  function add(part: Buffer): void {
    size += part.length;
    if (size <= maxBytes) parts.push(part);
    else parts = [];
  }

  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
      add(chunk.subarray(from, end));
      from = end + 1;
      const taken = take();
      if (taken) yield taken;
    }
    if (from < chunk.length) add(chunk.subarray(from));
  }
  const last = size > 0 ? take() : null;
  if (last) yield last;
}

function trimmed(bytes: Buffer): Buffer {
  const begin = bytes.subarray(0, 3).equals(byteOrderMark) ? 3 : 0;
  let end = bytes.length;
  while (end > begin && (bytes[end - 1] === carriageReturn || bytes[end - 1] === 0x20)) end--;
  return bytes.subarray(begin, end);
}

export const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);
