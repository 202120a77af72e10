import { parentPort, workerData } from 'node:worker_threads';
import { PAST, readTimes } from '../language/index.ts';
import { countMemories, createRecall, followTerms } from '../memory/index.ts';
import { listMemories, openReader } from '../store/index.ts';
import { extractTodos } from '../tasks/index.ts';
import { createAnswerer, type Question } from './answer.ts';
import type { AnswerResult, MindCalls, MindReply, MindRequest, MindWorkerData } from './protocol.ts';

/** The mind's thread: reads texts, searches memories and puts answers together, so that the main thread never waits. */
const port = parentPort;
if (!port) throw new Error('the mind worker runs in a worker thread');
const { databaseFile, defaultLocale, acceptFrom } = workerData as MindWorkerData;

const reader = openReader(databaseFile);
const terms = followTerms(reader, (error) => tell({ type: 'index_failed', ...described(error) }));
const recall = createRecall({
  reader,
  readTimes: (text, reference) => readTimes(text, { reference, policy: PAST }),
  terms,
});
const { answer } = createAnswerer({ recall, extract: extractTodos, defaultLocale, acceptFrom });

const calls: { [K in keyof MindCalls]: (args: MindCalls[K]['args']) => MindCalls[K]['result'] } = {
  answer: (questions) => questions.map(answerOne),
  search: ({ query, now }) => recall.search(query, { now }),
  list: (query) => listMemories(reader, query),
  count: ({ after }) => countMemories(reader, after),
  extract: (request) => extractTodos(request),
};

/** One message that cannot be answered does not spoil the others of its batch. */
function answerOne(question: Question): AnswerResult {
  try {
    return { ok: answer(question) };
  } catch (error) {
    const { name, message } = described(error);
    return { error: { name, message } };
  }
}

port.on('message', ({ id, call, args }: MindRequest) => {
  try {
    tell({ type: 'result', id, ok: calls[call](args as never) });
  } catch (error) {
    tell({ type: 'error', id, ...described(error) });
  }
  setImmediate(keepUp);
});

/** A part of the index is some megabytes, and while it grows there is a new one every few seconds. */
const keepAtMostEveryMs = 5_000;
let lastKept = Number.NEGATIVE_INFINITY;
let isKeepingUp = false;

/** Brings the index of words up to date between two questions, a few milliseconds at a time. */
function keepUp(): void {
  if (isKeepingUp) return;
  isKeepingUp = true;
  const step = (): void => {
    if (terms.work()) setImmediate(step);
    else {
      isKeepingUp = false;
      wish();
    }
  };
  step();
}

function wish(): void {
  const applied = terms.trimmable();
  if (applied !== null) tell({ type: 'trim', applied });
  if (performance.now() - lastKept < keepAtMostEveryMs) return;
  const part = terms.unkept();
  if (!part) return;
  lastKept = performance.now();
  tell({ type: 'keep', part });
}

setImmediate(keepUp);

function described(error: unknown): { name: string; message: string; stack: string } {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return { name, message, stack: stack ?? '' };
}

function tell(reply: MindReply): void {
  port?.postMessage(reply);
}
