import * as z from 'zod';
import { digestOf, type Found, type Reading, readInstant, refused, type Where } from './found.ts';
import { longestContent } from './own.ts';

/** `conversations.json` of a data export: a tree of messages, of which one branch is the conversation as it was shown. */
const Conversation = z.object({
  id: z.string().max(200).nullish(),
  conversation_id: z.string().max(200).nullish(),
  title: z.string().nullish(),
  create_time: z.number().nullish(),
  current_node: z.string().nullish(),
  mapping: z.record(z.string(), z.unknown()),
});

const Node = z.object({
  parent: z.string().nullish(),
  message: z
    .object({
      id: z.string().min(1).max(200),
      author: z.object({ role: z.string() }),
      create_time: z.number().nullish(),
      content: z.object({ content_type: z.string(), parts: z.array(z.unknown()).nullish() }),
      metadata: z.object({ is_visually_hidden_from_conversation: z.boolean().nullish() }).nullish(),
    })
    .nullish(),
});
type Node = z.infer<typeof Node>;

const senders: Readonly<Record<string, string>> = { user: 'me', assistant: 'ChatGPT' };
const told = new Set(['text', 'multimodal_text']);

export const isConversation = (value: Readonly<Record<string, unknown>>): boolean =>
  typeof value['mapping'] === 'object' && value['mapping'] !== null;

/** What was said and answered in one conversation. Turns of tools, hidden ones and branches that were left are not. */
export function* readConversation(value: unknown, where: Where, { now, newId }: Reading): Generator<Found, void> {
  const parsed = Conversation.safeParse(value);
  if (!parsed.success) {
    yield refused(where, 'bad_field', String(parsed.error.issues[0]?.path[0] ?? 'mapping'));
    return;
  }
  const { mapping, current_node, title, create_time } = parsed.data;
  const id = parsed.data.conversation_id ?? parsed.data.id ?? digestOf(title, String(create_time));
  const begunAt = millisecondsOf(create_time) ?? now;
  for (const { message } of branchOf(mapping, current_node ?? null)) {
    const sender = message && senders[message.author.role];
    if (!message || !sender || !told.has(message.content.content_type)) continue;
    if (message.metadata?.is_visually_hidden_from_conversation) continue;
    const content = (message.content.parts ?? []).filter((part) => typeof part === 'string').join('\n');
    if (content.trim() === '') continue;
    if (content.length > longestContent) {
      yield refused(where, 'too_long', 'content');
      continue;
    }
    yield {
      type: 'record',
      source: 'chatgpt',
      record: {
        type: 'memory',
        row: {
          id: newId(),
          external_id: `chatgpt:${message.id}`,
          kind: 'message',
          content,
          created_at: millisecondsOf(message.create_time) ?? begunAt,
          sender_id: sender,
          conversation_id: `chatgpt:${id}`,
          platform: 'chatgpt',
          subject: null,
          message_id: null,
          metadata: title ? { title: title.slice(0, 500) } : {},
          sensitive: false,
          forgotten_at: null,
        },
      },
    };
  }
}

/** From the last turn up to the first by its parents; without a last turn, all in the order of their times. */
function branchOf(mapping: Readonly<Record<string, unknown>>, last: string | null): Node[] {
  const nodes = new Map(
    Object.entries(mapping).flatMap(([id, value]): [string, Node][] => {
      const node = Node.safeParse(value);
      return node.success ? [[id, node.data]] : [];
    }),
  );
  if (last === null || !nodes.has(last))
    return [...nodes.values()].toSorted((a, b) => (a.message?.create_time ?? 0) - (b.message?.create_time ?? 0));
  const branch: Node[] = [];
  const seen = new Set<string>();
  for (let id: string | null | undefined = last; id && !seen.has(id); id = nodes.get(id)?.parent) {
    seen.add(id);
    const node = nodes.get(id);
    if (node) branch.push(node);
  }
  return branch.reverse();
}

const farthestMs = 8.64e15;

/** Unix seconds with a fraction. */
function millisecondsOf(seconds: number | null | undefined): number | null {
  const ms = seconds ? Math.round(seconds * 1000) : Number.NaN;
  return Math.abs(ms) <= farthestMs ? ms : null;
}

/** `memory.json` or `memories.json`, which some exports have: the list of saved memories. */
const SavedMemory = z.object({
  id: z.string().min(1).max(200).nullish(),
  content: z
    .string()
    .max(longestContent)
    .refine((text) => text.trim() !== ''),
  created_at: z.union([z.string(), z.number()]).nullish(),
  updated_at: z.union([z.string(), z.number()]).nullish(),
});

export function readSavedMemory(value: unknown, where: Where, { now, newId }: Reading): Found {
  const parsed = SavedMemory.safeParse(value);
  if (!parsed.success) return refused(where, 'no_content', 'content');
  const { id, content, created_at, updated_at } = parsed.data;
  const at = created_at ?? updated_at ?? null;
  return {
    type: 'record',
    source: 'chatgpt',
    record: {
      type: 'memory',
      row: {
        id: newId(),
        external_id: `chatgpt-memory:${id ?? digestOf(content)}`,
        kind: 'note',
        content,
        created_at: (typeof at === 'number' ? millisecondsOf(at) : at === null ? null : readInstant(at)) ?? now,
        sender_id: 'me',
        conversation_id: null,
        platform: 'chatgpt',
        subject: null,
        message_id: null,
        metadata: {},
        sensitive: false,
        forgotten_at: null,
      },
    },
  };
}
