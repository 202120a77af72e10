import { parentPort, workerData } from 'node:worker_threads';
import { PAST, readTimes } from '../language/index.ts';
import { createRecall } from '../memory/index.ts';
import { openReader } from '../store/index.ts';
import { extractTodos } from '../tasks/index.ts';
import { createAnswerer, type Question } from './answer.ts';
import type { AnswerResult, MindCalls, MindReply, MindRequest, MindWorkerData } from './protocol.ts';

/** The mind's thread: reads texts, searches memories and puts answers together, so that the main thread never waits. */
const port = parentPort;
if (!port) throw new Error('the mind worker runs in a worker thread');
const { databaseFile, defaultLocale, acceptFrom } = workerData as MindWorkerData;

const reader = openReader(databaseFile);
const recall = createRecall({ reader, readTimes: (text, reference) => readTimes(text, { reference, policy: PAST }) });
const { answer } = createAnswerer({ recall, extract: extractTodos, defaultLocale, acceptFrom });

const calls: { [K in keyof MindCalls]: (args: MindCalls[K]['args']) => MindCalls[K]['result'] } = {
  answer: (questions) => questions.map(answerOne),
  search: ({ query, now }) => recall.search(query, { now }),
  extract: (request) => extractTodos(request),
};

/** One message that cannot be answered does not spoil the others of its batch. */
function answerOne(question: Question): AnswerResult {
  try {
    return { ok: answer(question) };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return { error: { name, message } };
  }
}

port.on('message', ({ id, call, args }: MindRequest) => {
  try {
    tell({ type: 'result', id, ok: calls[call](args as never) });
  } catch (error) {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    tell({ type: 'error', id, name, message, stack: stack ?? '' });
  }
});

function tell(reply: MindReply): void {
  port?.postMessage(reply);
}
