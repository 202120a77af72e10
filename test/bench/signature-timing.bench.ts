import { createHmac } from 'node:crypto';
import { isAppError } from '../../src-main/core/foundation/app-error.ts';
import { createSignatureCheck } from '../../src-main/core/ingest/signature.ts';

export const name = 'signature-timing';

const samples = 100_000;
/** As usual for leakage tests: beyond it two sets of times are taken to differ. */
const boundT = 4.5;
const secret = 'the secret of this run';
const body = Buffer.from(JSON.stringify({ sender_id: 'ann', content: 'x'.repeat(200) }));
const right = createHmac('sha256', secret).update(body).digest('hex');
const flip = (at: number) => {
  const digits = Buffer.from(right);
  digits[at] = right[at] === '0' ? 0x31 : 0x30;
  // Read anew from bytes: two strings put together in different ways differ in what it takes to read them.
  return digits.toString('latin1');
};

/** Wrong at the first digit and wrong at the last: whoever could tell them apart would guess digit by digit. */
const candidates = [flip(0), flip(right.length - 1)] as const;

/** Whether the time to refuse a signature tells how much of it was right, and whether this would show if it did. */
export async function run() {
  const ours = Math.abs(measure(refuseAsWeDo()));
  const leaky = Math.abs(measure(refuseDigitByDigit));
  return [
    {
      name: 'a wrong signature: first digit against last digit, |t|',
      ours: round(ours),
      peer: round(leaky),
      ratio: null,
      unit: 't',
      goal: `< ${boundT}, and a comparison that stops early must show`,
      met: ours < boundT && leaky > boundT,
      note: `${samples} samples; beside it a loop that stops at the first difference`,
    },
  ];
}

function refuseAsWeDo(): (candidate: string) => void {
  const check = createSignatureCheck({ secrets: [secret], clock: { now: () => 0 } });
  return (candidate) => {
    try {
      check.verify({ 'x-signature': candidate }, body);
    } catch (error) {
      if (isAppError(error)) return;
      throw error;
    }
    throw new Error('a wrong signature was taken');
  };
}

/** The same work, with the comparison that anyone would write first. */
function refuseDigitByDigit(candidate: string): void {
  const expected = createHmac('sha256', secret).update(body).digest('hex');
  for (let at = 0; at < expected.length; at++) if (expected[at] !== candidate[at]) return;
  throw new Error('a wrong signature was taken');
}

/** Welch's t of the two sets of times, taken in random order so that drift falls on both alike. */
function measure(refuse: (candidate: string) => void): number {
  const times: [number[], number[]] = [[], []];
  for (let i = 0; i < samples / 10; i++) refuse(candidates[i % 2 === 0 ? 0 : 1]);
  for (let i = 0; i < samples; i++) {
    const set = Math.random() < 0.5 ? 0 : 1;
    const begun = process.hrtime.bigint();
    refuse(candidates[set]);
    times[set].push(Number(process.hrtime.bigint() - begun));
  }
  // Above the 90th percentile it is other programs that are measured.
  const cut = quantile([...times[0], ...times[1]], 0.9);
  return welch(
    times[0].filter((ns) => ns <= cut),
    times[1].filter((ns) => ns <= cut),
  );
}

function welch(a: number[], b: number[]): number {
  const [first, second] = [momentsOf(a), momentsOf(b)];
  return (first.mean - second.mean) / Math.sqrt(first.variance / a.length + second.variance / b.length);
}

function momentsOf(values: number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, variance };
}

const quantile = (values: number[], q: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * q)] ?? 0;
const round = (value: number) => Math.round(value * 100) / 100;
