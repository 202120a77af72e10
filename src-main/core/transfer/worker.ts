import { parentPort, workerData } from 'node:worker_threads';
import type { ImportSource } from '../../../src-shared/schema/transfer.ts';
import { createIds } from '../foundation/ids.ts';
import type { Batch, FromReader, ReaderData } from './protocol.ts';
import { ImportRefused } from './read/found.ts';
import { openPieces } from './read/pieces.ts';
import { readImport } from './read/read-import.ts';

/** The reading thread: unpacks and parses, so that the main thread and the store never wait for a large file. */
const port = parentPort;
if (!port) throw new Error('the import reader runs in a worker thread');
const { path, name, now } = workerData as ReaderData;

const batchRecords = 200;
const batchLength = 256 * 1024;
const mostRecords = 2_000_000;

async function* batches(): AsyncGenerator<FromReader, void> {
  const pieces = await openPieces(path, name);
  let read = 0;
  let total = 0;
  let source: ImportSource | null = null;
  let batch = emptyBatch();
  let length = 0;
  const full = (): Batch => {
    const taken = { ...batch, source, progress: pieces.bytes === 0 ? 1 : Math.min(1, read / pieces.bytes) };
    batch = emptyBatch();
    length = 0;
    return taken;
  };
  for await (const found of readImport(pieces, { now, newId: createIds(Date.now).next }, (count) => (read += count))) {
    if (found.type === 'refusal') batch.refusals.push(found.refusal);
    else {
      source ??= found.source;
      if (++total > mostRecords) throw new ImportRefused('too_many');
      batch.records.push(found.record);
      length += found.record.type === 'memory' ? found.record.row.content.length : found.record.row.title.length;
    }
    if (batch.records.length + batch.refusals.length >= batchRecords || length >= batchLength) yield full();
  }
  yield full();
  yield { type: 'end' };
}

const emptyBatch = (): Batch => ({ type: 'batch', source: null, records: [], refusals: [], progress: 0 });

const reading = batches();

async function answer(): Promise<FromReader> {
  try {
    const { value } = await reading.next();
    return value ?? { type: 'end' };
  } catch (error) {
    if (error instanceof ImportRefused) return { type: 'fault', fault: error.fault };
    // The file system's own word, such as ENOENT; its sentence holds the path.
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== undefined) return { type: 'error', code };
    throw error;
  }
}

port.on('message', () => void answer().then((message) => port.postMessage(message)));
