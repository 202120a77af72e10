import { isUtf8 } from 'node:buffer';
import { parseJson } from '../../foundation/strict-json.ts';
import { markdownMark } from '../write/markdown.ts';
import { isConversation, readConversation, readSavedMemory } from './chatgpt.ts';
import { readCsv } from './csv-rows.ts';
import { type Found, ImportRefused, type Reading, refused, type Where } from './found.ts';
import { readElements } from './json-elements.ts';
import { byteOrderMark, readLines } from './lines.ts';
import { isMem0, readMem0 } from './mem0.ts';
import { readNotes } from './notes.ts';
import { readOwn } from './own.ts';
import type { Piece, Pieces } from './pieces.ts';

/** The longest line of JSONL and row of CSV: the longest content there is, every character escaped, and what goes with it. */
const maxLineBytes = 8 * 1024 * 1024;
/** One conversation of ChatGPT is one element. */
const maxElementBytes = 64 * 1024 * 1024;
/** Notes that a person keeps in Markdown. */
const maxNotesBytes = 16 * 1024 * 1024;
const sniffedBytes = 64 * 1024;
const lists = new Set(['memories', 'results', 'items', 'tasks', 'conversations']);

type Format = { type: 'jsonl' | 'json' | 'markdown' } | { type: 'csv'; delimiter: string };

/**
 * Reads what is recognised in a file, an archive or a folder, one record at a time. What cannot be read is told with its
 * line and costs nothing but itself.
 *
 * @throws ImportRefused where the whole is not recognised or not in order
 */
export async function* readImport(
  pieces: Pieces,
  reading: Reading,
  onBytes: (count: number) => void,
): AsyncGenerator<Found, void> {
  let isEmpty = true;
  for await (const piece of pieces.read(onBytes)) {
    isEmpty = false;
    yield* readPiece(piece, reading);
  }
  if (isEmpty) throw new ImportRefused('not_recognised');
}

async function* readPiece(piece: Piece, reading: Reading): AsyncGenerator<Found, void> {
  const { head, chunks } = await sniff(piece.chunks());
  const format = formatOf(head, piece.name);
  const { file, name } = piece;
  switch (format.type) {
    case 'jsonl':
      for await (const { line, bytes } of readLines(chunks, maxLineBytes))
        yield* readValue(bytes, { file, line }, name, reading);
      return;
    case 'json':
      for await (const { line, bytes } of readElements(chunks, { keys: lists, maxBytes: maxElementBytes }))
        yield* readValue(bytes, { file, line }, name, reading);
      return;
    case 'csv':
      yield* readCsv(chunks, file, { reading, delimiter: format.delimiter, maxRowBytes: maxLineBytes });
      return;
    case 'markdown': {
      const text = await textOf(chunks);
      if (text.startsWith(markdownMark)) throw new ImportRefused('own_markdown');
      yield* readNotes(text, name, file, reading);
    }
  }
}

/** The beginning, and all of it again. */
async function sniff(chunks: AsyncIterable<Buffer>): Promise<{ head: Buffer; chunks: AsyncIterable<Buffer> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  const first: Buffer[] = [];
  let size = 0;
  while (size < sniffedBytes) {
    const { value, done } = await iterator.next();
    if (done) break;
    first.push(value);
    size += value.length;
  }
  async function* all(): AsyncGenerator<Buffer, void> {
    try {
      yield* first;
      for (;;) {
        const { value, done } = await iterator.next();
        if (done) return;
        yield value;
      }
    } finally {
      await iterator.return?.();
    }
  }
  const head = Buffer.concat(first);
  return { head: head.subarray(head.subarray(0, 3).equals(byteOrderMark) ? 3 : 0), chunks: all() };
}

function formatOf(head: Buffer, name: string): Format {
  const text = head.toString('utf8').trimStart();
  const [first = ''] = text.split('\n', 1);
  if (/\.(?:jsonl|ndjson)$/i.test(name)) return { type: 'jsonl' };
  if (/\.md$/i.test(name) || text.startsWith(markdownMark)) return { type: 'markdown' };
  if (text.startsWith('[')) return { type: 'json' };
  if (text.startsWith('{')) return { type: isRecord(first) || hasSecondRecord(text) ? 'jsonl' : 'json' };
  const delimiter = delimiterOf(first);
  if (delimiter !== null) return { type: 'csv', delimiter };
  throw new ImportRefused('not_recognised');
}

function isRecord(line: string): boolean {
  try {
    const value = JSON.parse(line) as Record<string, unknown>;
    return ['content', 'title', 'memory'].some((field) => typeof value[field] === 'string');
  } catch {
    return false;
  }
}

/** A list of lines whose first one is broken is still one. */
const hasSecondRecord = (text: string): boolean =>
  text
    .split('\n', 3)
    .slice(1)
    .some((line) => line.startsWith('{') && isRecord(line));

/** Null where the line is no line of names that we know. */
function delimiterOf(line: string): string | null {
  const names = line
    .toLowerCase()
    .split(/[,;\t]/)
    .map((name) => name.trim().replace(/^"|"$/g, ''));
  if (!names.some((name) => /^(?:content|title|memory|text|note|内容)$/.test(name))) return null;
  const count = (delimiter: string) => line.split(delimiter).length;
  return [',', ';', '\t'].reduce((most, each) => (count(each) > count(most) ? each : most));
}

function* readValue(bytes: Buffer | null, where: Where, name: string, reading: Reading): Generator<Found, void> {
  if (bytes === null) {
    yield refused(where, 'too_long');
    return;
  }
  if (!isUtf8(bytes)) {
    yield refused(where, 'not_utf8');
    return;
  }
  const value = parsed(bytes);
  if (value === null) {
    yield refused(where, 'not_json');
    return;
  }
  if (isConversation(value)) yield* readConversation(value, where, reading);
  else if (isSavedMemory(value, name)) yield readSavedMemory(value, where, reading);
  else if (isMem0(value)) {
    const found = readMem0(value, where, reading);
    if (found) yield found;
  } else yield readOwn(value, where, reading, 'clawdbot');
}

/** Null for what is no JSON object, or one that could harm. */
function parsed(bytes: Buffer): Record<string, unknown> | null {
  try {
    const value = parseJson(bytes);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    // The refusal that is told in its place names the line; what is wrong in it is for its writer to see.
    return null;
  }
}

/** Ours say what they are; those of ChatGPT stand in a file of this name and say no more than what was saved. */
const isSavedMemory = (value: Readonly<Record<string, unknown>>, name: string): boolean =>
  'enabled' in value ||
  (/(?:^|\/)memory\.json$/.test(name) && !('type' in value) && !('state' in value) && !('memory' in value));

async function textOf(chunks: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > maxNotesBytes) throw new ImportRefused('too_large');
    parts.push(chunk);
  }
  const bytes = Buffer.concat(parts);
  if (!isUtf8(bytes)) throw new ImportRefused('unreadable');
  return new TextDecoder().decode(bytes);
}
