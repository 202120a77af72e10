/** One element of a list in a JSON document. `bytes` is null where it is longer than the bound. */
export interface Element {
  line: number;
  bytes: Buffer | null;
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const newline = 0x0a;
const isOpen = (byte: number): boolean => byte === 0x5b || byte === 0x7b;
const isClose = (byte: number): boolean => byte === 0x5d || byte === 0x7d;
const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === newline;

/**
 * Gives out the elements of a JSON list one by one without reading the document whole: of the outermost list, or of each
 * list that stands under one of `keys` in the outermost object. Elements are cut out, not parsed, so that a broken one
 * costs itself alone. A library would build or tell every value of a document of gigabytes, and end at the first fault.
 */
export async function* readElements(
  chunks: AsyncIterable<Buffer>,
  { keys, maxBytes }: { keys: ReadonlySet<string>; maxBytes: number },
): AsyncGenerator<Element, void> {
  let line = 1;
  let depth = 0;
  let inString = false;
  let isEscaped = false;
  /** The depth at which elements of the list that is being read stand; 0 outside of one. */
  let listDepth = 0;
  let isObject = false;
  /** Of the outermost object: the key that was read last, and whether its value comes next. */
  let key = '';
  let keyBytes: number[] | null = null;
  let isValue = false;
  let parts: Buffer[] = [];
  let size = 0;
  let begunAt = 0;

  function take(): Element | null {
    const element = size === 0 ? null : { line: begunAt, bytes: size > maxBytes ? null : Buffer.concat(parts) };
    parts = [];
    size = 0;
    return element;
  }
  function add(part: Buffer): void {
    size += part.length;
    if (size <= maxBytes) parts.push(part);
    else parts = [];
  }

  for await (const chunk of chunks) {
    /** Where in this chunk the part of an element begins; -1 outside of one. */
    let from = size > 0 ? 0 : -1;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] ?? 0;
      if (byte === newline) line++;
      if (inString) {
        if (isEscaped) isEscaped = false;
        else if (byte === backslash) isEscaped = true;
        else if (byte === quote) inString = false;
        if (keyBytes !== null && inString && keyBytes.length < 64) keyBytes.push(byte);
        else if (keyBytes !== null && !inString) {
          key = Buffer.from(keyBytes).toString('utf8');
          keyBytes = null;
        }
        continue;
      }
      if (isSpace(byte)) continue;
      const endsElement = listDepth > 0 && depth === listDepth && (byte === comma || isClose(byte));
      if (endsElement) {
        if (from >= 0) add(chunk.subarray(from, i));
        from = -1;
        const element = take();
        if (element) yield element;
      } else if (listDepth > 0 && depth === listDepth && from < 0) {
        from = i;
        begunAt = line;
      }
      if (byte === quote) {
        inString = true;
        if (isObject && depth === 1 && listDepth === 0 && !isValue) keyBytes = [];
      } else if (byte === colon && depth === 1 && isObject) isValue = true;
      else if (byte === comma && depth === 1 && isObject) isValue = false;
      else if (isOpen(byte)) {
        if (depth === 0) isObject = byte === 0x7b;
        depth++;
        const isWanted = isObject ? depth === 2 && isValue && byte === 0x5b && keys.has(key) : depth === 1;
        if (isWanted) listDepth = depth;
      } else if (isClose(byte)) {
        if (depth === listDepth) listDepth = 0;
        depth = Math.max(0, depth - 1);
      }
    }
    if (from >= 0) add(chunk.subarray(from));
  }
  // A document that was cut off: what is there of the last element is told as it is.
  const rest = take();
  if (rest) yield rest;
}
