import { readFile } from 'node:fs/promises';
import * as z from 'zod';

/** A long conversation, and questions with the turns that answer them. */
export const Conversation = z.object({
  conversation: z.string(),
  turns: z.array(
    z.object({
      id: z.string(),
      time: z.string(),
      speaker: z.string(),
      text: z.string(),
      /** What a picture shows. */
      caption: z.string().optional(),
    }),
  ),
  questions: z.array(z.object({ question: z.string(), evidence: z.array(z.string()).min(1), category: z.number() })),
});
export type Conversation = z.infer<typeof Conversation>;

/** Seven weeks of a chat in Chinese about a flat that is being done up. */
export async function readWeeks(): Promise<Conversation> {
  const file = new URL('../fixtures/memory/weeks-zh.json', import.meta.url);
  return Conversation.parse(JSON.parse(await readFile(file, 'utf8')));
}

/** A picture is told by a note in square brackets, as exports of chats do. */
export const textOf = ({ text, caption }: Conversation['turns'][number]): string =>
  caption ? `${text} [${caption}]` : text;

export const memoriesOf = ({ conversation, turns }: Conversation) =>
  turns.map((turn) => ({
    id: turn.id,
    content: textOf(turn),
    created_at: Date.parse(turn.time),
    sender_id: turn.speaker,
    conversation_id: conversation,
  }));

/** When the questions are asked, in milliseconds: with the last turn. */
export const endOf = ({ turns }: Conversation): number => Date.parse(turns.at(-1)?.time ?? '');
