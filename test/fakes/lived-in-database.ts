import type Database from 'better-sqlite3';
import type { MemoryRow, NewMessage } from '../../src-main/core/store/index.ts';
import { acceptRow } from '../../src-main/core/store/index.ts';
import { openDatabase } from '../../src-main/core/store/sqlite/open.ts';
import { createOps } from '../../src-main/core/store/sqlite/ops.ts';
import { migrate } from '../../src-main/core/store/sqlite/schema.ts';

const day = 86_400_000;
const start = Date.UTC(2026, 0, 5, 8);
const said = [
  '请在周五之前把季度报告发给林楠，附上新的预算表',
  'Please send the signed contract to the landlord by Friday',
  '下周三下午三点在二号会议室讨论发布计划',
  'The router password is on the back of the box in the hall',
  '妈妈的生日是六月十二日，她喜欢白色的兰花',
  'Our flight to Chengdu leaves at seven in the morning from gate B12',
];

/**
 * Opens (or creates) a database and lives in it: messages that were worked, answered and delivered, some that wait or were
 * set aside, todos, memories and tokens. `from` makes the numbers of a later part go on from an earlier one.
 */
export function liveIn(file: string, { messages, from = 0 }: { messages: number; from?: number }): void {
  const db = openDatabase(file, 'full');
  try {
    migrate(db, file);
    const ops = createOps(db, { waiting: 0 });
    db.transaction(() => live(ops, from, messages)).immediate();
    db.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    db.close();
  }
}

type Ops = ReturnType<typeof createOps>;

function live(ops: Ops, from: number, count: number): void {
  for (let index = from; index < from + count; index++) {
    const now = start + index * 60_000;
    ops['messages.accept'].run(acceptRow(messageAt(index, now), now));
    // Every fiftieth is left in the queue.
    if (index % 50 === 49) continue;
    const [lease] = ops['work.lease'].run({ limit: 1, now: now + 5, leaseMs: 60_000, busy: [`webhook:left`] });
    if (!lease) throw new Error('nothing to work');
    if (index % 60 === 7) {
      ops['work.bury'].run({ message_seq: lease.message.seq, attempts: 1, reason: 'cannot be read', now: now + 9 });
      continue;
    }
    ops['work.finish'].run({ effects: [effectsOf(index, lease.message.seq, now)], now: now + 20 });
    deliver(ops, now + 30);
  }
  if (from === 0) addTokens(ops);
}

function messageAt(index: number, now: number): NewMessage {
  return {
    id: idOf('message', index),
    platform: 'webhook',
    channel: 'webhook',
    external_id: `delivery-${index}`,
    conversation_id: index % 50 === 49 ? 'left' : `room-${index % 12}`,
    sender_id: `person-${index % 9}`,
    content: `${said[index % said.length]} (${index})`,
    timestamp: Math.floor(now / 1000),
    attachments: '[]',
    metadata: JSON.stringify({ subject: `note ${index}` }),
    received_at: now,
  };
}

function effectsOf(index: number, seq: number, now: number) {
  return {
    message_seq: seq,
    attempts: 1,
    routed_at: now + 10,
    route: 'note',
    reply: {
      ...messageAt(index, now + 15),
      id: idOf('reply', index),
      external_id: `reply-${index}`,
      content: `好的 / noted: ${index}`,
      deliver: true,
    },
    tasks: index % 3 === 0 ? [taskOf(index, now)] : [],
    memories: [memoryOf(index, now)],
    forget: index % 40 === 39 ? [idOf('memory', index - 3)] : [],
    sources: index > 0 ? [idOf('memory', index - 1)] : [],
  };
}

function memoryOf(index: number, now: number): MemoryRow {
  return {
    id: idOf('memory', index),
    external_id: null,
    kind: 'message',
    content: `${said[index % said.length]} (${index})`,
    created_at: now,
    sender_id: `person-${index % 9}`,
    conversation_id: `webhook:room-${index % 12}`,
    platform: 'webhook',
    subject: null,
    message_id: idOf('message', index),
    metadata: {},
    sensitive: false,
  };
}

const taskOf = (index: number, now: number) => ({
  id: idOf('task', index),
  title: `发送报告 / send the report ${index}`,
  status: 'todo' as const,
  due: '2026-02-06',
  due_granularity: 'date' as const,
  rrule: null,
  assignee: 'ana',
  priority: 'normal' as const,
  labels: ['work'],
  progress: 0,
  confidence: 0.9,
  why: ['by Friday'],
  source: {
    message_id: idOf('message', index),
    start: 0,
    end: 4,
    quote: 'send',
    sender_id: 'ana',
    conversation: 'webhook:room',
    at: new Date(now).toISOString(),
  },
});

function deliver(ops: Ops, now: number): void {
  for (const { seq } of ops['outbox.take'].run({ limit: 10, now, busy: [] })) {
    ops['outbox.settle'].run({ seq, state: 'sent', not_before: 0, error: null, now: now + 1, steady: now + 1 });
  }
}

function addTokens(ops: Ops): void {
  for (let index = 0; index < 12; index++) {
    const token = {
      id: idOf('token', index),
      role: 'viewer' as const,
      label: `phone ${index}`,
      origin: 'pairing' as const,
    };
    ops['tokens.insert'].run({ ...token, created_at: start, expires_at: start + 4_000 * day });
  }
}

const idOf = (kind: string, index: number): string => `${kind}-${String(index).padStart(8, '0')}`;

/** Every row of people's tables as one text each, so that two databases can be compared. */
export function rowsOf(db: Database.Database): Map<string, string> {
  const rows = new Map<string, string>();
  for (const table of [
    'messages',
    'message_events',
    'message_sources',
    'dead_letters',
    'outbox',
    'tasks',
    'memories',
  ]) {
    const all = db.prepare<[], unknown[]>(`SELECT * FROM ${table}`).raw().all();
    for (const row of all) {
      const key = row
        .slice(0, table === 'message_sources' ? 2 : 1)
        .map(String)
        .join(' ');
      rows.set(`${table} ${key}`, JSON.stringify(row));
    }
  }
  return rows;
}
