import { readFile } from 'node:fs/promises';
import Database from 'better-sqlite3';
import { summariesOf } from '../../src-main/core/memory/summary/summaries.ts';
import { openTestMemory } from '../../src-main/core/memory/test-memory.ts';
import type { Reader } from '../../src-main/core/store/index.ts';
import { Conversation, endOf, memoriesOf, readWeeks, textOf } from '../fakes/conversation.ts';

export const name = 'recall';

const deepest = 25;

/** Evidence in the first 5, 10 and 25, and the reciprocal rank of the first. */
interface Goals {
  at5: number;
  at10: number;
  at25: number;
  reciprocalRank: number;
}

/** Whether the turns that answer a question are among the first that a search finds, over long conversations. */
export async function run() {
  const rows = await rowsOf('seven weeks in Chinese', [await readWeeks()], {
    at5: 0.9,
    at10: 0.95,
    at25: 0.98,
    reciprocalRank: 0.8,
  });
  const file = process.env['CLAWDBOT_RECALL_SET'];
  if (!file) {
    console.info('bench  recall: without long conversations in English, for CLAWDBOT_RECALL_SET names no file of them');
    return rows;
  }
  const conversations = (await readFile(file, 'utf8'))
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => Conversation.parse(JSON.parse(line)));
  const goals = { at5: 0.76, at10: 0.82, at25: 0.88, reciprocalRank: 0.66 };
  return [...rows, ...(await rowsOf('long conversations', conversations, goals))];
}

async function rowsOf(set: string, conversations: readonly Conversation[], goals: Goals) {
  const ours = new Score();
  const peer = new Score();
  const summed = new Summed();
  for (const conversation of conversations) {
    await using memory = await openTestMemory(
      memoriesOf(conversation).map((each) => ({ ...each, kind: 'message' as const })),
    );
    summed.add(conversation, memory.reader);
    const now = endOf(conversation);
    using plain = new PlainFts(conversation);
    for (const { question, evidence, category } of conversation.questions) {
      const found = memory.search(question, { now, k: deepest }).map(({ id }) => id);
      ours.add(evidence, found, category);
      peer.add(evidence, plain.search(question), category);
    }
  }
  for (const category of ours.categories())
    console.info(
      `bench  recall, ${set}, category ${category}: @10 ${ours.at(10, category).toFixed(3)}, FTS5 ${peer.at(10, category).toFixed(3)}`,
    );
  const row = (what: string, of: (score: Score) => number, goal: number, unit = 'share of evidence') => ({
    name: `${set}: ${what}`,
    ours: of(ours),
    peer: of(peer),
    ratio: of(peer) > 0 ? of(ours) / of(peer) : null,
    unit,
    goal: `≥ ${goal}`,
    met: of(ours) >= goal,
    note: 'the peer is FTS5, any word of the question; Porter stems, of Chinese trigrams',
  });
  return [
    row('in the first 5', (score) => score.at(5), goals.at5),
    row('in the first 10', (score) => score.at(10), goals.at10),
    row('in the first 25', (score) => score.at(25), goals.at25),
    row('first one found', (score) => score.reciprocalRank(), goals.reciprocalRank, '1 / rank'),
    summed.row(set),
  ];
}

/** Means over questions. */
class Score {
  private readonly asked: { category: number; found: (depth: number) => number; rank: number }[] = [];

  add(evidence: readonly string[], ranking: readonly string[], category: number): void {
    const wanted = new Set(evidence);
    const first = ranking.findIndex((id) => wanted.has(id));
    const found = (depth: number) => ranking.slice(0, depth).filter((id) => wanted.has(id)).length / wanted.size;
    this.asked.push({ category, found, rank: first < 0 ? 0 : 1 / (first + 1) });
  }

  at(depth: number, category?: number): number {
    const of = this.asked.filter((each) => category === undefined || each.category === category);
    return mean(of.map(({ found }) => found(depth)));
  }

  reciprocalRank(): number {
    return mean(this.asked.map(({ rank }) => rank));
  }

  categories(): number[] {
    return [...new Set(this.asked.map(({ category }) => category))].toSorted((a, b) => a - b);
  }
}

/** How much of what questions ask for is in the summaries of the talks it was said in. */
class Summed {
  private wanted = 0;
  private kept = 0;
  private byChance = 0;
  private turns = 0;
  private points = 0;

  add({ conversation, turns, questions }: Conversation, reader: Reader): void {
    const asked = new Map<string, number>();
    for (const id of questions.flatMap(({ evidence }) => evidence)) asked.set(id, (asked.get(id) ?? 0) + 1);
    const weightOf = (ids: readonly string[]) => ids.reduce((sum, id) => sum + (asked.get(id) ?? 0), 0);
    for (const talk of summariesOf(reader, { conversation, before: null, limit: 1_000 })) {
      const [begun, ended] = [Date.parse(talk.begun_at), Date.parse(talk.ended_at)];
      const within = turns.filter(({ time }) => Date.parse(time) >= begun && Date.parse(time) <= ended);
      const wanted = weightOf(within.map(({ id }) => id));
      this.wanted += wanted;
      this.kept += weightOf(talk.points.map(({ memory_id }) => memory_id));
      this.byChance += (wanted * talk.points.length) / talk.turns;
      this.turns += talk.turns;
      this.points += talk.points.length;
    }
  }

  row(set: string) {
    const [ours, peer] = [this.kept / this.wanted, this.byChance / this.wanted];
    return {
      name: `${set}: kept by summaries`,
      ours,
      peer,
      ratio: ours / peer,
      unit: 'share of evidence',
      note: `${this.points} of ${this.turns} turns; the peer is as many turns of each talk by chance`,
    };
  }
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((total, value) => total + value, 0) / values.length;

const han = /\p{Script=Han}/u;
const threes = (text: string): string[] => Array.from(text, (_, at) => text.slice(at, at + 3)).slice(0, -2);

/** What SQLite offers without more: English by stems, Chinese by three characters at a time. */
class PlainFts {
  private readonly db = new Database(':memory:');
  private readonly find: Database.Statement<[string], string>;

  constructor({ turns }: Conversation) {
    const tokenizer = turns.some(({ text }) => han.test(text)) ? 'trigram' : 'porter unicode61';
    this.db.exec(`CREATE VIRTUAL TABLE turns USING fts5(id UNINDEXED, text, tokenize="${tokenizer}")`);
    const insert = this.db.prepare('INSERT INTO turns VALUES (?, ?)');
    for (const turn of turns) insert.run(turn.id, textOf(turn));
    this.find = this.db
      .prepare<[string], string>(`SELECT id FROM turns WHERE turns MATCH ? ORDER BY bm25(turns) LIMIT ${deepest}`)
      .pluck();
  }

  search(question: string): readonly string[] {
    const words = (question.match(/[\p{L}\p{N}]+/gu) ?? []).flatMap((word) => (han.test(word) ? threes(word) : [word]));
    return this.find.all(words.map((word) => `"${word}"`).join(' OR '));
  }

  [Symbol.dispose](): void {
    this.db.close();
  }
}
