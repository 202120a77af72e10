import type { MessagePort } from 'node:worker_threads';
import { MemoryQuery } from '../../../src-shared/schema/memory.ts';
import { PAST, readTimes } from '../language/index.ts';
import {
  countMemories,
  createRecall,
  createSemantics,
  type Embedder,
  factsState,
  followTerms,
  maskOfQuery,
  nextLesson,
  summariesOf,
} from '../memory/index.ts';
import { listMemories, openReader, type Reader } from '../store/index.ts';
import { extractTodos } from '../tasks/index.ts';
import { createAnswerer, type Question } from './answer.ts';
import type { AnswerResult, MindCalls, MindReply, MindRequest, MindWorkerData } from './protocol.ts';

/** A part of the index is some megabytes, and while it grows there is a new one every few seconds. */
const keepAtMostEveryMs = 5_000;
/** What was asked to be written is looked for so often, where more can be done only then. */
const lookAgainMs = 50;
/** What others write between two questions, or after the last one, is looked for so often: a few small reads. */
const lookForNewMs = 1_000;
/** A lesson that the store did not learn by then is read once more. */
const lessonLostMs = 5_000;

/** Among so many the first searches after a start take three times as long as those after them, until the code is compiled. */
const manyMemories = 10_000;
const practiceRounds = 80;
/** Whoever really asks meanwhile waits for one of them at most. */
const betweenPracticeMs = 20;

/** The mind's thread: reads texts, searches memories and puts answers together, so that the main thread never waits. */
export function runMind(
  port: Pick<MessagePort, 'on' | 'postMessage'>,
  { databaseFile, defaultLocale, acceptFrom }: MindWorkerData,
  embedders: readonly Embedder[],
) {
  const reader = openReader(databaseFile);
  const failed = (error: unknown): void => tell({ type: 'index_failed', ...described(error) });
  const terms = followTerms(reader, failed);
  const semantics = createSemantics({ reader, embedders, tell, onFailure: failed });
  const recall = createRecall({
    reader,
    readTimes: (text, reference) => readTimes(text, { reference, policy: PAST }),
    terms,
  });
  const { answer } = createAnswerer({ recall, extract: extractTodos, defaultLocale, acceptFrom });

  const calls: { [K in keyof MindCalls]: (args: MindCalls[K]['args']) => Answered<MindCalls[K]['result']> } = {
    answer: (questions) => questions.map(answerOne),
    search: ({ query, now }) => (semantics.isThere ? searchByMeaning({ query, now }) : recall.search(query, { now })),
    list: (query) => listMemories(reader, query),
    count: ({ after }) => countMemories(reader, after),
    summarise: (query) => summariesOf(reader, query),
    extract: (request) => extractTodos(request),
  };

  async function searchByMeaning({ query, now }: MindCalls['search']['args']) {
    const near = await semantics.find(query.query, maskOfQuery(query, { reader, terms }));
    return recall.search(query, { now, near });
  }

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
    const refuse = (error: unknown): void => tell({ type: 'error', id, ...described(error) });
    try {
      const answered = calls[call](args as never);
      if (answered instanceof Promise) void answered.then((ok) => tell({ type: 'result', id, ok }), refuse);
      else tell({ type: 'result', id, ok: answered });
    } catch (error) {
      refuse(error);
    }
    setImmediate(keepUp);
  });

  let lastKept = Number.NEGATIVE_INFINITY;
  let isKeepingUp = false;
  let lookingAgain: NodeJS.Timeout | undefined;
  let taught: { from: string; at: number } | null = null;
  let hasFailedToLearn = false;
  let isClosed = false;
  let isPractised = false;
  let practising: NodeJS.Timeout | undefined;

  /** Brings the indexes up to date between two questions, a few milliseconds at a time: words first, then meaning. */
  function keepUp(): void {
    if (isKeepingUp || isClosed) return;
    isKeepingUp = true;
    const step = (): void => {
      if (isClosed) return;
      if (terms.work()) setImmediate(step);
      else if (!semantics.isThere) finish();
      else void semantics.work().then((hasWorked) => (hasWorked ? setImmediate(step) : finish()));
    };
    step();
  }

  function finish(): void {
    isKeepingUp = false;
    if (isClosed) return;
    wish();
    practise();
    clearTimeout(lookingAgain);
    // A message is stored after it was answered, and perhaps nobody asks anything for hours.
    lookingAgain = setTimeout(keepUp, learn() || semantics.isWaiting() ? lookAgainMs : lookForNewMs);
  }

  /** Asks for what some memories say, one after the other, once the index of many is there. What it finds is nobody's. */
  function practise(): void {
    if (isPractised || terms.index.size < manyMemories || !terms.isReady()) return;
    isPractised = true;
    const asked = practiceQueries(reader, practiceRounds);
    const step = (): void => {
      const query = asked.pop();
      if (query === undefined || isClosed) return;
      recall.search(MemoryQuery.parse({ query, timezone: 'UTC' }), { now: Date.now() });
      practising = setTimeout(step, betweenPracticeMs);
    };
    step();
  }

  /**
   * Reads what is new for facts, a step at a time; each ends with a wish, and the next is read when that was granted.
   * False where there is nothing to read and nothing to wait for.
   */
  function learn(): boolean {
    if (hasFailedToLearn) return false;
    try {
      return learnStep();
    } catch (error) {
      // Facts that cannot be read cost answers nothing; a thread that died of them would.
      hasFailedToLearn = true;
      failed(error);
      return false;
    }
  }

  function learnStep(): boolean {
    const from = JSON.stringify(factsState(reader));
    if (taught?.from === from && performance.now() - taught.at < lessonLostMs) return true;
    const lesson = nextLesson(reader);
    if (!lesson) return false;
    taught = { from, at: performance.now() };
    tell({ type: 'learn', lesson });
    return true;
  }

  function wish(): void {
    const applied = terms.trimmable();
    if (applied !== null) tell({ type: 'trim', applied });
    if (keptLately()) return;
    const part = terms.unkept();
    if (!part) return;
    lastKept = performance.now();
    tell({ type: 'keep', part });
  }

  const keptLately = (): boolean => performance.now() - lastKept < keepAtMostEveryMs;

  function tell(reply: MindReply): void {
    port.postMessage(reply);
  }

  setImmediate(keepUp);

  return {
    /** For whoever runs it in a thread of its own; the product ends the thread. */
    async close(): Promise<void> {
      isClosed = true;
      clearTimeout(lookingAgain);
      clearTimeout(practising);
      await semantics.close();
      reader.close();
    },
  };
}

/** Some words of memories that lie far apart. */
function practiceQueries(reader: Reader, count: number): string[] {
  const last = reader.get<{ seq: number | null }>('SELECT max(seq) AS seq FROM memories')?.seq ?? 0;
  return Array.from({ length: count }, (_, at) => Math.ceil(((at + 1) / count) * last)).flatMap((seq) => {
    const row = reader.get<{ text: string }>(
      'SELECT substr(content, 1, 40) AS text FROM memories WHERE seq = ? AND sensitive = 0',
      seq,
    );
    return row && row.text.trim() !== '' ? [row.text] : [];
  });
}

type Answered<T> = T | Promise<T>;

function described(error: unknown): { name: string; message: string; stack: string } {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return { name, message, stack: stack ?? '' };
}
