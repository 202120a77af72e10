import type Database from 'better-sqlite3';
import { isDamage } from './check.ts';
import { isIntact, type SummedTable, sumOfRow } from './row-sums.ts';
import { type Gap, type Row, type TableReader, tableReader } from './salvage-read.ts';
import type { TableReport } from './salvage-schema.ts';
import { schemaVersion, summedIn } from './schema.ts';

/** Rebuilt from the messages: what they say of a conversation, and how many are done. */
const derived = new Set(['conversations', 'meta']);
/** A code holds for minutes and only as long as whoever granted it does, which nobody can tell once a token is lost. */
const leftBehind = new Set(['pairing_codes']);
/** Texts of people are kept although something in them changed; what decides over sending and access is not. */
const keptAltered = new Set(['messages', 'message_events', 'tasks', 'memories', 'memory_keys', 'message_seals']);
const jsonColumns = ['attachments', 'metadata', 'labels', 'why'];
/** So many rows are named in the report; the rest is counted. */
const named = 100;

/** Fills a new database with the rows of a damaged one, and of the copy where those cannot be had. */
export function fillFrom(
  db: Database.Database,
  damaged: Database.Database | null,
  copy: Database.Database | null,
): TableReport[] {
  const messagesFromCopy = new Set<number>();
  const reports = summedIn(schemaVersion)
    .filter(({ name }) => !derived.has(name) && !leftBehind.has(name))
    .map((table) =>
      table.name === 'tokens'
        ? fillTokens(db, table, damaged)
        : fillTable(db, table, damaged, copy, (key) => {
            if (table.name === 'messages') messagesFromCopy.add(key);
          }),
    );
  dropOrphans(db, reports);
  fillInbox(db, damaged);
  settleWork(db, messagesFromCopy);
  rebuildDerived(db);
  return reports;
}

const emptyReport = (table: string): TableReport => ({
  table,
  saved: 0,
  from_copy: 0,
  altered: 0,
  missing: 0,
  open_ended: false,
  keys: [],
});

function fillTable(
  db: Database.Database,
  table: SummedTable,
  damaged: Database.Database | null,
  copy: Database.Database | null,
  onCopied: (key: number) => void,
): TableReport {
  const report = emptyReport(table.name);
  const put = inserter(db, table.name);
  const keyOf = (row: Row) => Number(row[table.key[0] ?? '']);
  const backup = copy && tableReader(copy, table, null);
  const source = damaged && tableReader(damaged, table, backup?.end ?? null);
  const altered = new Map<number, Row[]>();
  const gaps: Gap[] = source
    ? source.read((row, intact) => {
        if (!intact) altered.set(keyOf(row), [...(altered.get(keyOf(row)) ?? []), row]);
        else if (put(row)) report.saved++;
        else lose(report, row, table);
      })
    : [{ from: 0, to: Number.POSITIVE_INFINITY }];

  const copied = new Set<number>();
  for (const gap of [...gaps, ...[...altered.keys()].map((key) => ({ from: key, to: key }))]) {
    for (const row of backup ? readable(backup, gap) : []) {
      if (!backup?.isIntact(row) || !put(asOfCopy(table.name, row))) continue;
      report.from_copy++;
      copied.add(keyOf(row));
      onCopied(keyOf(row));
    }
  }
  for (const row of [...altered].filter(([key]) => !copied.has(key)).flatMap(([, rows]) => rows)) {
    if (keptAltered.has(table.name) && holdsJson(row) && put({ ...row, sum: null })) {
      report.altered++;
      name(report, row, table);
    } else lose(report, row, table);
  }
  countMissing(report, gaps, copied, source?.end ?? backup?.end ?? null);
  return report;
}

function readable(reader: TableReader, gap: Gap): Row[] {
  try {
    return reader.between(gap);
  } catch (error) {
    if (isDamage(error)) return [];
    throw error;
  }
}

/** A reply that waited when the copy was made may have been sent since, and one too many cannot be taken back. */
function asOfCopy(table: string, row: Row): Row {
  if (table !== 'outbox' || (row['state'] !== 'pending' && row['state'] !== 'sending')) return row;
  return { ...row, state: 'unknown', last_error: 'taken from a copy; it may have been sent', sum: null };
}

function lose(report: TableReport, row: Row, table: SummedTable): void {
  report.missing++;
  name(report, row, table);
}

function name(report: TableReport, row: Row, table: SummedTable): void {
  const id = row['id'] ?? table.key.map((column) => row[column]).join(' ');
  if (report.keys.length < named) report.keys.push(String(id));
}

/** Numbers follow each other without holes in these tables, so a gap tells how many rows stood in it. */
function countMissing(
  report: TableReport,
  gaps: readonly Gap[],
  copied: ReadonlySet<number>,
  end: number | null,
): void {
  for (const { from, to } of gaps) {
    const last = Math.min(to, end ?? from - 1);
    if (to > last) report.open_ended = true;
    for (let key = Math.max(from, 1); key <= last; key++) {
      if (copied.has(key)) continue;
      report.missing++;
      if (report.keys.length < named) report.keys.push(`#${key}`);
    }
  }
}

function holdsJson(row: Row): boolean {
  return jsonColumns.every((column) => {
    const text = row[column];
    if (typeof text !== 'string') return true;
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  });
}

/** A row of an older schema lacks columns, which then have what the new ones begin with, and its sum, which is made. */
function inserter(db: Database.Database, table: string): (row: Row) => boolean {
  const summed = summedIn(schemaVersion).find(({ name: summedName, bringsSum }) => bringsSum && summedName === table);
  const columns = new Set(db.prepare<[], string>(`SELECT name FROM pragma_table_info('${table}')`).pluck().all());
  const statements = new Map<string, Database.Statement>();
  return (given) => {
    const row = summed && typeof given['sum'] !== 'number' ? { ...given, sum: sumOfRow(summed, given) } : given;
    const names = Object.keys(row).filter((column) => columns.has(column));
    const list = names.join(', ');
    let statement = statements.get(list);
    if (!statement) {
      const values = names.map((column) => `@${column}`).join(', ');
      statement = db.prepare(`INSERT OR IGNORE INTO ${table}(${list}) VALUES (${values})`);
      statements.set(list, statement);
    }
    return statement.run(row).changes === 1;
  };
}

/**
 * Tokens come from the damaged file alone: one that was revoked after the copy was made would be good again. Whoever
 * lost theirs pairs anew.
 */
function fillTokens(db: Database.Database, table: SummedTable, damaged: Database.Database | null): TableReport {
  const report = emptyReport('tokens');
  const put = inserter(db, 'tokens');
  for (const order of ['ASC', 'DESC']) {
    try {
      if (!damaged) break;
      for (const row of damaged.prepare<[], Row>(`SELECT * FROM tokens ORDER BY id ${order}`).iterate()) {
        if ('sum' in row && !isIntact(table, row)) lose(report, row, table);
        else if (put(row)) report.saved++;
      }
      return report;
    } catch (error) {
      if (!isDamage(error)) throw error;
    }
  }
  report.open_ended = true;
  return report;
}

function dropOrphans(db: Database.Database, reports: readonly TableReport[]): void {
  for (const report of reports) {
    if (!['message_events', 'message_sources', 'dead_letters', 'outbox', 'message_seals'].includes(report.table))
      continue;
    const { changes } = db
      .prepare(`DELETE FROM ${report.table} WHERE message_seq NOT IN (SELECT seq FROM messages)`)
      .run();
    report.missing += changes;
    report.saved -= Math.min(changes, report.saved);
  }
  // Its number may be given to another memory.
  db.exec('DELETE FROM memory_marks WHERE memory_seq NOT IN (SELECT seq FROM memories)');
}

/** What waited still waits, with its attempts. Nothing of it comes from the copy: it may have been worked since. */
function fillInbox(db: Database.Database, damaged: Database.Database | null): void {
  const put = inserter(db, 'inbox');
  const isWaiting = db
    .prepare<[number], number>(
      `SELECT 1 FROM messages m WHERE seq = ? AND direction = 'in' AND state = 'stored'
         AND NOT EXISTS (SELECT 1 FROM dead_letters WHERE message_seq = m.seq)`,
    )
    .pluck();
  const table = { name: 'inbox', key: ['message_seq'] };
  const source = damaged && tableReader(damaged, table, null);
  source?.read((row) => {
    if (isWaiting.get(Number(row['message_seq']))) put({ ...row, state: 'queued', lease_until: 0 });
  });
}

/**
 * A message that says it waits and has no place in the queue is queued again. One from the copy may have been worked
 * since: where its reply is there it was, and where it is not a person has to look.
 */
function settleWork(db: Database.Database, fromCopy: ReadonlySet<number>): void {
  const waiting = db.prepare<[], { seq: number; stored_at: number; reply: number | null }>(`
    SELECT m.seq, m.stored_at, (SELECT seq FROM messages WHERE in_reply_to = m.id) AS reply FROM messages m
    WHERE direction = 'in' AND state = 'stored' AND NOT EXISTS (SELECT 1 FROM inbox WHERE message_seq = m.seq)
      AND NOT EXISTS (SELECT 1 FROM dead_letters WHERE message_seq = m.seq)`);
  const setState = db.prepare('UPDATE messages SET state = ? WHERE seq = ?');
  const queue = db.prepare('INSERT INTO inbox(message_seq) VALUES (?)');
  const bury = db.prepare('INSERT INTO dead_letters(message_seq, attempts, reason, dead_at) VALUES (?, 0, ?, ?)');
  for (const { seq, stored_at, reply } of waiting.all()) {
    if (reply !== null) setState.run('answered', seq);
    else if (!fromCopy.has(seq)) queue.run(seq);
    else {
      setState.run('failed', seq);
      bury.run(seq, 'the database was damaged; taken from a copy, and it may have been answered since', stored_at);
    }
  }
}

function rebuildDerived(db: Database.Database): void {
  db.exec(`
    INSERT INTO conversations(channel, conversation_id, platform, message_count, last_message, last_seq, last_at)
    SELECT m.channel, m.conversation_id, m.platform, g.message_count, substr(m.content, 1, 200), m.seq, g.last_at
    FROM (SELECT max(seq) AS last_seq, count(*) AS message_count, max(stored_at) AS last_at FROM messages
          WHERE seq NOT IN (SELECT message_seq FROM inbox) GROUP BY channel, conversation_id) g
    JOIN messages m ON m.seq = g.last_seq`);
  db.exec(`
    UPDATE meta SET value = (SELECT count(*) FROM messages m WHERE direction = 'in'
      AND NOT EXISTS (SELECT 1 FROM inbox WHERE message_seq = m.seq)
      AND NOT EXISTS (SELECT 1 FROM dead_letters WHERE message_seq = m.seq))
    WHERE key = 'messages_done'`);
}
