import { fileURLToPath } from 'node:url';
import { type RoundsResult, runCrashRounds } from '../fakes/crash-rounds.ts';
import { whyNoExt4 } from '../fakes/ext4-disk.ts';

export const name = 'crash';

const ackEarly = fileURLToPath(new URL('../fixtures/ack-early.ts', import.meta.url));
/** Of each fault; the controls take a twentieth. CLAWDBOT_CRASH_ROUNDS=10 for a look in a minute. */
const rounds = Number(process.env['CLAWDBOT_CRASH_ROUNDS'] ?? 100);
const controlRounds = Math.max(1, Math.round(rounds / 20));
/** Short rounds, three at a time: what takes long is to work everything afterwards, and the fault does not mind. */
const pace = { between: [100, 500] as [number, number], sideBySide: 3 };
const log = (line: string) => process.stderr.write(`  ${line}\n`);

/** The product ended at random moments under load; and controls which show that this would find a loss. */
export async function run() {
  const killed = await runCrashRounds({ rounds, fault: 'kill', ...pace, log });
  const cut = await runCrashRounds({ rounds, fault: 'power', ...pace, log });
  const normal = await runCrashRounds({ rounds: controlRounds, fault: 'power', durability: 'normal', ...pace, log });
  const early = await runCrashRounds({ rounds: controlRounds, fault: 'kill', program: ackEarly, ...pace, log });
  return [
    ...rowsOf('kill -9', killed),
    ...rowsOf('power cut', cut),
    control('control: power cut at NORMAL', normal),
    control('control: acknowledged before the commit, kill -9', early),
    ...(await runPlugRounds()),
  ];
}

async function runPlugRounds() {
  const missing = whyNoExt4();
  if (missing) {
    log(`left out: power cuts of an ext4 (${missing})`);
    return [];
  }
  const pulled = await runCrashRounds({ rounds, fault: 'plug', ...pace, log });
  const normal = await runCrashRounds({ rounds: controlRounds, fault: 'plug', durability: 'normal', ...pace, log });
  return [...rowsOf('power cut of an ext4', pulled), control('control: power cut of an ext4 at NORMAL', normal)];
}

function rowsOf(fault: string, result: RoundsResult) {
  const zero = (what: string, value: number) => ({
    name: `${fault}: ${what}`,
    ours: value,
    peer: 0,
    ratio: null,
    unit: 'messages',
    goal: '0',
    met: value === 0,
  });
  return [
    {
      name: `${fault}: rounds survived`,
      ours: result.rounds - result.damaged,
      peer: null,
      ratio: null,
      unit: `of ${result.rounds}`,
      met: result.damaged === 0,
    },
    {
      ...zero('acknowledged and lost', result.lost),
      note: `of ${result.acknowledged} acknowledged; ${result.storedUnacknowledged} stored without the sender knowing`,
    },
    zero('stored twice', result.storedTwice),
    {
      ...zero('answered twice', result.answeredTwice),
      note: `${result.unknownDeliveries} deliveries of unknown outcome, not repeated`,
    },
    zero('unanswered', result.unanswered),
    zero('out of order', result.outOfOrder),
    zero('cards or memories doubled', result.doubledEffects),
    zero('not accounted for', result.unaccounted),
  ];
}

const control = (what: string, result: RoundsResult) => ({
  name: what,
  ours: result.lost,
  peer: result.acknowledged,
  ratio: null,
  unit: 'lost of acknowledged',
  goal: '> 0',
  met: result.lost > 0,
  note: 'must lose, or the rounds above prove nothing',
});
