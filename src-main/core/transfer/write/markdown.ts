import type { ExportRecord, MemoryRecord, TaskRecord } from '../../../../src-shared/schema/transfer.ts';

/** By this line an import knows a file that is for reading, and says which format is for importing. */
export const markdownMark = '<!-- Clawdbot export, for reading; JSONL is the format to import again -->';

/** What stands above a record already, so that the next page goes on where the one before ended. */
export interface Place {
  part: 'memories' | 'tasks';
  /** The day and the person of the memory before; '' at the beginning of a part. */
  day: string;
  person: string;
}

/** Memories under their day and under who said them, then todos. */
export function createMarkdown(timezone: string, before: Place | null) {
  const days = new Intl.DateTimeFormat('en-CA', { timeZone: timezone, dateStyle: 'short' });
  const times = new Intl.DateTimeFormat('en-GB', { timeZone: timezone, timeStyle: 'short' });
  let place = before;

  function memoryText(memory: MemoryRecord): string {
    const at = new Date(memory.created_at);
    const day = days.format(at);
    const person = memory.sender_id ?? memory.subject ?? '';
    const isNewDay = place?.part !== 'memories' || place.day !== day;
    const isNewPerson = isNewDay || place?.person !== person;
    place = { part: 'memories', day, person };
    const about = memory.subject !== null && memory.subject !== person ? ` (${plain(memory.subject)})` : '';
    return [
      isNewDay ? `## ${day}\n\n` : '',
      isNewPerson ? `### ${person === '' ? '—' : plain(person)}\n\n` : '',
      `${times.format(at)}${about}\n\n${quoted(memory.content)}\n\n`,
    ].join('');
  }

  function taskText(task: TaskRecord): string {
    const heading = place?.part === 'tasks' ? '' : '# Todos / 待办\n\n';
    place = { part: 'tasks', day: '', person: '' };
    const due = task.due === null ? '' : ` — ${task.due.includes('T') ? momentOf(task.due) : task.due}`;
    const who = task.assignee === null ? '' : ` · ${plain(task.assignee)}`;
    const source = task.source === null ? '' : `\n${quoted(task.source.quote, '  ')}`;
    return `${heading}- [${task.status === 'done' ? 'x' : ' '}] ${plain(task.title)} (${task.status}${due}${who})${source}\n\n`;
  }

  const momentOf = (instant: string): string => {
    const at = new Date(instant);
    return `${days.format(at)} ${times.format(at)}`;
  };

  return {
    head: (): string => `${markdownMark}\n\n# Memories / 记忆\n\n${timezone}\n\n`,
    text: (record: ExportRecord): string => (record.type === 'memory' ? memoryText(record) : taskText(record)),
    place: (): Place | null => place,
  };
}

/** Every line a quotation, in which nothing is markup: no heading, no tag, no picture that a viewer would fetch. */
function quoted(text: string, indent = ''): string {
  return text
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => `${indent}> ${escaped(line)}`.trimEnd())
    .join('\n');
}

const plain = (text: string): string => escaped(text.replace(/\s+/g, ' ').trim());

const escaped = (line: string): string =>
  line.replace(/[\\`<[\]]/g, '\\$&').replace(/^(\s*)([#>+*=|~-]|\d+[.)])/, '$1\\$2');
