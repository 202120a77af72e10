import { isQuestion, readCommand, readLocale } from '../../src-main/core/assistant/reading.ts';
import { createLogger, createSecretRegistry } from '../../src-main/core/foundation/logger.ts';
import { parseJson } from '../../src-main/core/foundation/strict-json.ts';
import { createDeliveryKeys } from '../../src-main/core/ingest/channels/webhook/delivery-key.ts';
import { applyMapping, compileMapping, mappingProblems } from '../../src-main/core/ingest/mapping/index.ts';
import { analyseQuery, foldText, foldUnits, indexText, readTimes } from '../../src-main/core/language/index.ts';
import { readSayers } from '../../src-main/core/memory/saying.ts';
import { extractTodos } from '../../src-main/core/tasks/index.ts';
import { repeatedTexts } from '../fakes/repeated-texts.ts';
import { round } from './lib/process-use.ts';

export const name = 'patterns';

const turns = 3;
const doorLength = 100_000;
const doorMs = 50;
/** As much as one call may ask to be read. */
const mindLength = 20_000;
const mindMs = 250;
/** Twice the text may take so many times the work; below the floor, figures are noise. */
const boundGrowth = 3;
const floorMs = 10;

const logger = createLogger({ level: 'info', secrets: registry(), write: () => {} });
const mapping = compileMapping({ sender_id: 'ana', content: '{{text}}: {{a | text}}', timestamp: '{{text}}' });
const reference = '2026-11-24T12:00:00';
const named = new Map([
  ['ann', new Set(['ann'])],
  ['老王', new Set(['wang'])],
]);

/** Whatever reads text from outside with patterns. */
type Readers = Readonly<Record<string, (text: string) => unknown>>;

/** On the main thread, where everybody waits meanwhile, and on the way of each message to the disk. */
const atTheDoor: Readers = {
  'a mapping': (text) => applyMapping(mapping, { text }),
  'a template': (text) => mappingProblems({ sender_id: text, content: text }),
  'a JSON body': (text) => parseJson(Buffer.from(JSON.stringify({ content: text.toWellFormed() }))),
  'the key of a delivery': (text) =>
    createDeliveryKeys().keyOf({
      externalId: undefined,
      deliveryId: null,
      timestamp: null,
      body: Buffer.from(JSON.stringify({ text })),
    }),
  'a log line': (text) => logger.info('event', { text, [text.slice(0, 600)]: text }),
};

/** In the mind's thread, where one text waits for another. */
const inTheMind: Readers = {
  'todos of a message': (text) =>
    extractTodos({ text, mode: 'message', reference_time: '2026-11-24T12:00:00Z', timezone: 'UTC' }),
  'todos of one line': (text) =>
    extractTodos({ text, mode: 'quickadd', reference_time: '2026-11-24T12:00:00Z', timezone: 'UTC' }),
  'times in Chinese': (text) => readTimes(text, { reference, locale: 'zh-CN' }),
  'times in English': (text) => readTimes(text, { reference, locale: 'en' }),
  'words for the index': indexText,
  'a query': analyseQuery,
  'a folded text': foldText,
  'folded units': foldUnits,
  'who said it': (text) => readSayers(text, named),
  'a command': readCommand,
  'a question': isQuestion,
  'a language': (text) => readLocale(text, 'en'),
};

function registry() {
  const secrets = createSecretRegistry();
  for (const secret of ['aaaaaaaa', '11111111', '"\\"\\"\\"\\"']) secrets.add(secret);
  return secrets;
}

interface Measured {
  what: string;
  ms: number;
  growth: number;
}

/** How long each takes over texts that are meant to keep it busy, and how that grows with the text. */
export async function run() {
  const door = measure(atTheDoor, doorLength);
  const mind = measure(inTheMind, mindLength);
  return [
    slowest('at the door: slowest reading of a text made to take long', door, doorMs, doorLength),
    slowest('in the mind: slowest reading of a text made to take long', mind, mindMs, mindLength),
    steepest([...door, ...mind]),
  ];
}

function measure(readers: Readers, length: number): Measured[] {
  const half = new Map(repeatedTexts(length / 2));
  return Object.entries(readers).flatMap(([reader, read]) =>
    repeatedTexts(length).map(([what, text]): Measured => {
      const shorter = half.get(what) ?? '';
      const once = compare(read, shorter, text);
      // What grows too fast does so again; what was only disturbed does not.
      const again = once.growth > boundGrowth ? compare(read, shorter, text) : once;
      return {
        what: `${reader}: ${what}`,
        ms: Math.min(once.ms, again.ms),
        growth: Math.min(once.growth, again.growth),
      };
    }),
  );
}

function compare(read: (text: string) => unknown, shorter: string, text: string): Omit<Measured, 'what'> {
  const before = timeOf(read, shorter);
  const ms = timeOf(read, text);
  return { ms, growth: ms > floorMs ? ms / before : 1 };
}

function slowest(title: string, measured: readonly Measured[], boundMs: number, length: number) {
  const worst = most(measured, 'ms');
  const note = `${worst.what}; ${measured.length} pairs of reader and text of ${length} letters, least of ${turns}`;
  const shared = { peer: null, ratio: null, unit: 'ms CPU', goal: `≤ ${boundMs} ms`, met: worst.ms <= boundMs };
  return { name: title, ours: round(worst.ms), ...shared, note };
}

function steepest(measured: readonly Measured[]) {
  const worst = most(measured, 'growth');
  const shared = { peer: null, ratio: null, unit: '×', goal: `≤ ${boundGrowth}`, met: worst.growth <= boundGrowth };
  return { name: 'twice the text, times the work', ours: round(worst.growth), ...shared, note: worst.what };
}

/** Time of the processor, so that what else runs on the machine does not count; the least, so that collecting garbage does not. */
function timeOf(read: (text: string) => unknown, text: string): number {
  const times = Array.from({ length: turns }, () => {
    const begun = process.threadCpuUsage();
    read(text);
    const { user, system } = process.threadCpuUsage(begun);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}

const most = (measured: readonly Measured[], key: 'ms' | 'growth'): Measured =>
  measured.reduce((worst, one) => (one[key] > worst[key] ? one : worst));
