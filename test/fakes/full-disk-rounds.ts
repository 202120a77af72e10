import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { mountFillingDisk } from './filling-disk.ts';
import { startProduct, webhookSecret } from './product.ts';
import { createSender } from './signed-load.ts';
import { statusOf } from './status.ts';

export interface FullDiskResult {
  rounds: number;
  acknowledged: number;
  /** Answers that said there is no room, and when to come back. */
  refused: number;
  /** Answers that were neither an acknowledgement nor such a refusal. Must be 0. */
  oddAnswers: number;
  /** Rounds in which the status did not say that the disk is full. Must be 0. */
  untold: number;
  /** Acknowledged, and not there at the end. Must be 0. */
  lost: number;
  /** Messages without exactly one reply at the end. Must be 0. */
  unanswered: number;
  /** The longest from room being made to the next acknowledgement. */
  slowestRecoveryMs: number;
  /** What SQLite found in the file. */
  integrity: string;
}

const clients = 4;
const seconds = (count: number) => performance.now() + count * 1000;

/**
 * The disk of a running product fills up at a random moment under load, and room is made again, many times over. The
 * product is never restarted. Needs root.
 */
export async function runFullDiskRounds(rounds: number): Promise<FullDiskResult> {
  const dataDir = mkdtempSync(join(tmpdir(), 'clawdbot-full-'));
  const disk = mountFillingDisk(dataDir);
  try {
    const product = await startProduct({
      dataDir,
      from: 'bundle',
      config: { platforms: { socket: { enabled: false } } },
    });
    const sender = createSender(product.url, webhookSecret, clients);
    const acknowledged: string[] = [];
    const result: FullDiskResult = {
      rounds,
      acknowledged: 0,
      refused: 0,
      oddAnswers: 0,
      untold: 0,
      lost: 0,
      unanswered: 0,
      slowestRecoveryMs: 0,
      integrity: '',
    };
    let made = 0;
    const sendSome = async () => {
      const answers = await Promise.all(
        Array.from({ length: clients }, async (_, client) => {
          const id = `m${made++}`;
          const content = `Please call number ${id} tomorrow ${'x'.repeat(Math.floor(Math.random() * 16_000))}`;
          const answer = await sender.send({ sender_id: `s${client}`, external_id: id, content });
          if (answer?.status === 202) acknowledged.push(id);
          return answer;
        }),
      );
      const refused = answers.filter((one) => one?.status === 507 || one?.status === 503);
      result.refused += refused.length;
      result.oddAnswers += answers.filter(
        (one) => one?.status !== 202 && !(refused.includes(one) && one?.retryAfterS !== null),
      ).length;
      return { taken: answers.some((one) => one?.status === 202), refused: refused.length > 0 };
    };
    try {
      for (let round = 0; round < rounds; round++) {
        const begun = Math.floor(Math.random() * 5);
        for (let turn = 0; turn < begun; turn++) await sendSome();
        disk.fillUpTo(Math.floor(Math.random() * 65_536));
        const until = seconds(20);
        // What is left of the file's own log is used up first.
        while (!(await sendSome()).refused) {
          disk.fillUpTo(0);
          if (performance.now() > until) throw new Error('a full disk was noticed by nobody');
        }
        if ((await statusOf(product)).trouble === null) result.untold++;
        disk.makeRoom();
        const roomAt = performance.now();
        while (!(await sendSome()).taken) {
          if (performance.now() > roomAt + 20_000) throw new Error('room was made, and nothing is taken');
        }
        result.slowestRecoveryMs = Math.max(result.slowestRecoveryMs, performance.now() - roomAt);
      }
      for (const until = seconds(60); ; ) {
        const { queue } = await statusOf(product);
        if (queue.queued + queue.working === 0) break;
        if (performance.now() > until) throw new Error('what was accepted is not worked');
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    } finally {
      sender.close();
      await product.stop();
    }
    result.acknowledged = acknowledged.length;
    const db = new Database(join(dataDir, 'memory.db'), { readonly: true });
    const stored = new Set(
      db.prepare<[], string>("SELECT external_id FROM messages WHERE direction = 'in'").pluck().all(),
    );
    result.lost = acknowledged.filter((id) => !stored.has(id)).length;
    const replies = db.prepare<[], number>("SELECT count(*) FROM messages WHERE direction = 'out'").pluck().get() ?? 0;
    result.unanswered = Math.abs(stored.size - replies);
    result.integrity = db.pragma('integrity_check', { simple: true }) as string;
    db.close();
    return result;
  } finally {
    disk.unmount();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
