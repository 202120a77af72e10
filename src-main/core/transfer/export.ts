import * as z from 'zod';
import type { ExportFormat, ExportRecord } from '../../../src-shared/schema/transfer.ts';
import { AppError } from '../foundation/app-error.ts';
import type { Store } from '../store/index.ts';
import { recordOfMemory, recordOfTask } from './records.ts';
import { csvHead, csvRow } from './write/csv.ts';
import { createMarkdown } from './write/markdown.ts';

export interface ExportQuery {
  format: ExportFormat;
  /** `next_cursor` of the page before. */
  cursor?: string | undefined;
  /** Records at most. */
  limit: number;
  /** Also what was forgotten or removed; never in Markdown. */
  forgotten: boolean;
  timezone?: string | undefined;
}

export interface ExportPage {
  text: string;
  memories: number;
  tasks: number;
  /** How many of the memories are sensitive: they are sealed here, and in the open in what was exported. */
  sensitive: number;
  /** Memories that were left out because they are locked. */
  locked: number;
  /** Null at the end. */
  next_cursor: string | null;
}

export interface ExporterDeps {
  store: Pick<Store, 'call'>;
  /** The zone of days and times in Markdown, where the reader names none. */
  timezone: string;
}

export type Exporter = ReturnType<typeof createExporter>;

/** A page ends once its text is this long: in one call it is no burden to any transport. Counted in UTF-16 units. */
const pageLength = 512 * 1024;
/** So many records are fetched at a time, which may be long ones. */
const fetchedAtOnce = 50;

const Place = z.object({
  part: z.enum(['memories', 'tasks']),
  day: z.string().max(20),
  person: z.string().max(600),
});
/** Where an export stands: `after` is the last memory's time and number, or the last todo's number. */
const Position = z.object({
  part: z.enum(['memories', 'tasks']),
  after: z.tuple([z.number(), z.number()]),
  place: Place.nullable(),
});
type Position = z.infer<typeof Position>;

const start: Position = { part: 'memories', after: [Number.MIN_SAFE_INTEGER, 0], place: null };

/** Gives memories and then todos out page by page. Nothing is kept between two pages, so an export can stop anywhere. */
export function createExporter({ store, timezone }: ExporterDeps) {
  async function fetchFrom({ part, after }: Position, limit: number, forgotten: boolean): Promise<Fetched[]> {
    if (part === 'memories') {
      const memories = await store.call('memories.page', { after, limit, forgotten });
      return memories.map((memory) => ({
        record: recordOfMemory(memory),
        after: [Date.parse(memory.created_at), memory.seq],
      }));
    }
    const tasks = await store.call('tasks.page', { after: after[1], limit, removed: forgotten });
    return tasks.map((task) => ({ record: recordOfTask(task), after: [0, task.seq] }));
  }

  return {
    /** @throws AppError BAD_REQUEST for a cursor that no page gave. */
    async page({ format, cursor, limit, forgotten, timezone: zone = timezone }: ExportQuery): Promise<ExportPage> {
      let position = cursor === undefined ? start : readCursor(cursor);
      const writer = createWriter(format, zone, position.place);
      let text = cursor === undefined ? writer.head() : '';
      const count: Count = { memory: 0, task: 0, sensitive: 0, locked: 0 };
      const taken = () => count.memory + count.task + count.locked;
      while (text.length < pageLength && taken() < limit) {
        const wanted = Math.min(fetchedAtOnce, limit - taken());
        const fetched = await fetchFrom(position, wanted, forgotten && format !== 'md');
        for (const { record, after } of fetched) {
          position = { ...position, after };
          if (record === null) {
            count.locked++;
            continue;
          }
          text += writer.text(record);
          count[record.type]++;
          if (record.type === 'memory' && record.sensitive) count.sensitive++;
          // What was fetched beyond the end of the page is fetched again with the next one.
          if (text.length >= pageLength) break;
        }
        if (fetched.length > 0) continue;
        if (position.part === 'tasks') return { text, ...told(count), next_cursor: null };
        position = { ...position, part: 'tasks', after: [0, 0] };
      }
      const next = { ...position, place: writer.place() };
      return { text, ...told(count), next_cursor: writeCursor(next) };
    },
  };
}

interface Count {
  memory: number;
  task: number;
  sensitive: number;
  locked: number;
}

const told = ({ memory, task, sensitive, locked }: Count) => ({ memories: memory, tasks: task, sensitive, locked });

interface Fetched {
  /** Null for a memory that is locked. */
  record: ExportRecord | null;
  after: [number, number];
}

function createWriter(format: ExportFormat, timezone: string, place: Position['place']) {
  switch (format) {
    case 'jsonl':
      return { head: () => '', text: (record: ExportRecord) => `${JSON.stringify(record)}\n`, place: () => null };
    case 'csv':
      return { head: csvHead, text: csvRow, place: () => null };
    case 'md':
      return createMarkdown(timezone, place);
  }
}

const writeCursor = (position: Position): string => Buffer.from(JSON.stringify(position)).toString('base64url');

function readCursor(cursor: string): Position {
  try {
    return Position.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch (cause) {
    throw new AppError(
      'BAD_REQUEST',
      'the cursor of the export is not one that a page gave; start without cursor',
      { parameter: 'cursor' },
      { cause },
    );
  }
}
