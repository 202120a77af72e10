import type { ImportSource } from '../../../../src-shared/schema/transfer.ts';
import { digestOf, type Found, type Reading, readInstant, refused, type Where } from './found.ts';
import { longestContent } from './own.ts';

/** One thing that is noted: a point of a list with what belongs to it, or a paragraph. */
interface Note {
  line: number;
  /** The headings above it, without the title of the file. */
  headings: string[];
  text: string;
}

/** The parts of a workspace of OpenClaw that hold memories, by their path from its root. */
const workspacePath = /(?:^|\/)((?:MEMORY|memory|USER)\.md|memory\/.+\.md)$/;
const daily = /(?:^|\/)(\d{4}-\d{2}-\d{2})[^/]*\.md$/;

export const isWorkspaceFile = (name: string): boolean => workspacePath.test(name);

/**
 * Reads Markdown as OpenClaw keeps its memory: `MEMORY.md`, and `memory/YYYY-MM-DD.md` for each day. What stands under a
 * heading begins with it, so that each memory can be understood by itself.
 */
export function* readNotes(text: string, name: string, file: string | null, reading: Reading): Generator<Found, void> {
  const path = workspacePath.exec(name)?.[1] ?? null;
  const source: ImportSource = path === null ? 'markdown' : 'openclaw';
  const day = daily.exec(name)?.[1] ?? null;
  const at = day === null ? null : readInstant(day);
  for (const { line, headings, text: note } of notesOf(text)) {
    const where: Where = { file, line };
    const content = [...headings, note].join(': ');
    if (content.length > longestContent) {
      yield refused(where, 'too_long', 'content');
      continue;
    }
    yield {
      type: 'record',
      source,
      record: {
        type: 'memory',
        row: {
          id: reading.newId(),
          external_id: `${source}:${digestOf(path ?? '', day, content)}`,
          kind: 'note',
          content,
          created_at: at ?? reading.now,
          sender_id: null,
          conversation_id: null,
          platform: source,
          subject: null,
          message_id: null,
          metadata: { file: path ?? name, ...(day === null ? {} : { day }) },
          sensitive: false,
          forgotten_at: null,
        },
      },
    };
  }
}

const heading = /^(#{1,6})\s+(.*?)\s*#*\s*$/;
const point = /^[-*+]\s+(?:\[[ xX]\]\s+)?(.*)$|^\d{1,9}[.)]\s+(.*)$/;
const fence = /^\s*(?:```|~~~)/;
const rule = /^\s*(?:[-*_]\s*){3,}$/;

function* notesOf(text: string): Generator<Note, void> {
  const headings: string[] = [];
  let note: { line: number; lines: string[]; isPoint: boolean } | null = null;
  let inFence = false;
  let inComment = false;

  const under = (): string[] => headings.slice(1).filter((each) => each !== undefined && each !== '');
  function take(): Note[] {
    const lines = note?.lines ?? [];
    const taken = { line: note?.line ?? 0, headings: under(), text: lines.join('\n').trim() };
    note = null;
    return taken.text === '' ? [] : [taken];
  }

  const lines = text.split(/\r\n|\n|\r/);
  // Front matter is about the file, not in it.
  let first = 0;
  if (lines[0]?.trim() === '---') {
    const end = lines.findIndex((line, index) => index > 0 && line.trim() === '---');
    if (end > 0) first = end + 1;
  }
  for (let index = first; index < lines.length; index++) {
    const line = lines[index] ?? '';
    if (inComment || (!inFence && line.trim().startsWith('<!--'))) {
      inComment = !line.includes('-->');
      continue;
    }
    if (fence.test(line)) inFence = !inFence;
    const found = inFence ? null : heading.exec(line);
    if (found) {
      yield* take();
      const level = found[1]?.length ?? 1;
      // The first level is the file's own title.
      headings.length = level - 1;
      headings[level - 1] = found[2] ?? '';
      continue;
    }
    const isBlank = line.trim() === '';
    const listed = inFence ? null : point.exec(line);
    if (listed) {
      yield* take();
      note = { line: index + 1, lines: [listed[1] ?? listed[2] ?? ''], isPoint: true };
    } else if (!inFence && (rule.test(line) || (isBlank && !note?.isPoint))) yield* take();
    else if (note?.isPoint && !isBlank && !/^\s/.test(line) && note.lines.at(-1)?.trim() === '') {
      yield* take();
      note = { line: index + 1, lines: [line], isPoint: false };
    } else if (note) note.lines.push(note.isPoint ? line.replace(/^\s{1,4}/, '') : line);
    else if (!isBlank) note = { line: index + 1, lines: [line], isPoint: false };
  }
  yield* take();
}
