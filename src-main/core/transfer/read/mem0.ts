import * as z from 'zod';
import { digestOf, type Found, type Reading, readInstant, refused, type Where } from './found.ts';
import { longestContent } from './own.ts';

/** What `get_all` and its pages give, and what OpenMemory writes into `memories.json`. */
const Mem0Memory = z.object({
  id: z.string().min(1).max(200).nullish(),
  /** Mem0 calls the text `memory`, OpenMemory `content`. */
  memory: z.string().nullish(),
  content: z.string().nullish(),
  user_id: z.string().min(1).max(256).nullish(),
  agent_id: z.string().max(256).nullish(),
  app_id: z.string().max(256).nullish(),
  run_id: z.string().max(256).nullish(),
  categories: z.array(z.string()).nullish(),
  metadata: z.record(z.string(), z.json()).nullish(),
  created_at: z.string().nullish(),
  state: z.string().nullish(),
});

export const isMem0 = (value: Readonly<Record<string, unknown>>): boolean =>
  typeof value['memory'] === 'string' ||
  (typeof value['content'] === 'string' && typeof value['state'] === 'string' && value['type'] === undefined);

/** Null for one that was deleted there. */
export function readMem0(value: unknown, where: Where, { now, newId }: Reading): Found | null {
  const parsed = Mem0Memory.safeParse(value);
  if (!parsed.success) return refused(where, 'bad_field', String(parsed.error.issues[0]?.path[0] ?? 'memory'));
  const { id, user_id, agent_id, app_id, run_id, categories, metadata, created_at, state } = parsed.data;
  const content = parsed.data.memory ?? parsed.data.content ?? '';
  if (state === 'deleted') return null;
  if (content.trim() === '') return refused(where, 'no_content', 'memory');
  if (content.length > longestContent) return refused(where, 'too_long', 'memory');
  // Mem0 keeps its times in UTC and at some places says so, at others not.
  const at = created_at ? (readInstant(created_at) ?? readInstant(`${created_at}Z`)) : null;
  if (created_at && at === null) return refused(where, 'bad_field', 'created_at');
  const more = Object.entries({ agent_id, app_id, categories }).filter(([, given]) => given && given.length > 0);
  return {
    type: 'record',
    source: 'mem0',
    record: {
      type: 'memory',
      row: {
        id: newId(),
        external_id: `mem0:${id ?? digestOf(content, created_at, user_id)}`,
        kind: 'note',
        content,
        created_at: at ?? now,
        sender_id: null,
        conversation_id: run_id ? `mem0:${run_id}` : null,
        platform: 'mem0',
        subject: user_id ?? null,
        message_id: null,
        metadata: { ...metadata, ...Object.fromEntries(more) } as Record<string, z.infer<ReturnType<typeof z.json>>>,
        sensitive: false,
        forgotten_at: null,
      },
    },
  };
}
