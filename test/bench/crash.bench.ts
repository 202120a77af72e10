import { fileURLToPath } from 'node:url';
import { type RoundsResult, runCrashRounds } from '../fakes/crash-rounds.ts';

export const name = 'crash';

const ackEarly = fileURLToPath(new URL('../fixtures/ack-early.ts', import.meta.url));
/** Short rounds, three at a time: what takes long is to work everything afterwards, and the kill does not mind. */
const pace = { between: [200, 900] as [number, number], sideBySide: 3 };
const log = (line: string) => process.stderr.write(`  ${line}\n`);

/** The product ended at random moments under load; and two controls which show that this would find a loss. */
export async function run() {
  const killed = await runCrashRounds({ rounds: 50, fault: 'kill', ...pace, log });
  const cut = await runCrashRounds({ rounds: 50, fault: 'power', ...pace, log });
  const normal = await runCrashRounds({ rounds: 5, fault: 'power', durability: 'normal', ...pace, log });
  const early = await runCrashRounds({ rounds: 5, fault: 'kill', program: ackEarly, ...pace, log });
  return [
    ...rowsOf('kill -9', killed),
    ...rowsOf('power cut', cut),
    control('control: power cut at NORMAL', normal),
    control('control: acknowledged before the commit, kill -9', early),
  ];
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
