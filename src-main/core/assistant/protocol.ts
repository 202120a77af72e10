import type { Locale } from '../../../src-shared/schema/common.ts';
import type { ExtractRequest, ExtractResponse } from '../../../src-shared/schema/extraction.ts';
import type { MemoryHit, MemoryQuery } from '../../../src-shared/schema/memory.ts';
import type { ConversationSummary } from '../../../src-shared/schema/summary.ts';
import type { CountedStep, SummariesQuery, VectorWish } from '../memory/index.ts';
import type { MemoryListQuery, MemoryPage, OpArgs } from '../store/index.ts';
import type { Answer, Question } from './answer.ts';

export interface MindWorkerData {
  databaseFile: string;
  defaultLocale: Locale;
  acceptFrom: number;
}

export type AnswerResult = { ok: Answer } | { error: { name: string; message: string } };

/** What can be asked of the mind's thread, and what each answers. */
export interface MindCalls {
  answer: { args: Question[]; result: AnswerResult[] };
  search: { args: { query: MemoryQuery; now: number }; result: MemoryHit[] };
  list: { args: MemoryListQuery; result: MemoryPage };
  /** Counts the next memories above a number. */
  count: { args: { after: number }; result: CountedStep };
  summarise: { args: SummariesQuery; result: ConversationSummary[] };
  extract: { args: ExtractRequest & { reference_time: string; timezone: string }; result: ExtractResponse };
}

export type MindRequest = {
  [K in keyof MindCalls]: { id: number; call: K; args: MindCalls[K]['args'] };
}[keyof MindCalls];
export type MindReply =
  | { type: 'result'; id: number; ok: unknown }
  | { type: 'error'; id: number; name: string; message: string; stack: string }
  | MindWish
  /** The index of words cannot be kept; searches are answered from the database's own. */
  | { type: 'index_failed'; name: string; message: string; stack: string };
/** What the thread, which only reads, asks to be written. */
export type MindWish =
  | { type: 'learn'; lesson: OpArgs<'facts.learn'> }
  | { type: 'keep'; part: OpArgs<'memoryIndex.keep'> }
  | { type: 'trim'; applied: OpArgs<'memoryIndex.trim'>['applied'] }
  | VectorWish;
