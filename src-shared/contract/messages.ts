import * as z from 'zod';
import { Instant, PageQuery, pageOf } from '../schema/common.ts';
import { Attachment, Conversation, DeadLetter, Message, maxContentLength } from '../schema/message.ts';
import { ConversationSummary } from '../schema/summary.ts';
import { asOperator, failures, op } from './op.ts';

const ById = z.object({ id: z.string().min(1).max(64) });

export const messagesContract = {
  get: op
    .route({
      method: 'GET',
      path: '/messages/{id}',
      summary: 'One message with its state and time line',
      tags: ['messages'],
    })
    .errors(failures('MESSAGE_NOT_FOUND'))
    .input(ById)
    .output(Message),
  listDead: op
    .route({ method: 'GET', path: '/dead-letters', summary: 'Messages that could not be worked', tags: ['messages'] })
    .input(PageQuery)
    .output(pageOf(DeadLetter)),
  retryDead: asOperator
    .route({
      method: 'POST',
      path: '/dead-letters/{id}/retry',
      summary: 'Work a dead letter again',
      tags: ['messages'],
    })
    .errors(failures('MESSAGE_NOT_FOUND'))
    .input(ById)
    .output(Message),
};

export const conversationsContract = {
  list: op
    .route({ method: 'GET', path: '/conversations', summary: 'Conversations, the latest first', tags: ['messages'] })
    .input(PageQuery)
    .output(pageOf(Conversation)),
  messages: op
    .route({
      method: 'GET',
      path: '/conversations/{id}/messages',
      summary: 'What was said in a conversation, the latest first',
      tags: ['messages'],
    })
    .errors(failures('CONVERSATION_NOT_FOUND'))
    .input(PageQuery.extend({ id: z.string().min(1).max(600) }))
    .output(pageOf(Message)),
  summaries: op
    .route({
      method: 'GET',
      path: '/conversations/{id}/summaries',
      summary: 'What was talked about, talk by talk, the latest first',
      tags: ['messages'],
    })
    .errors(failures('CONVERSATION_NOT_FOUND'))
    .input(
      z.object({
        id: z.string().min(1).max(600),
        /** Only talks that began before. */
        before: Instant.optional(),
        limit: z.coerce.number().int().min(1).max(20).default(5),
      }),
    )
    .output(z.object({ items: z.array(ConversationSummary) })),
};

export const chatContract = {
  send: asOperator
    .route({
      method: 'POST',
      path: '/chat/messages',
      successStatus: 202,
      summary: 'Say something in the built-in chat',
      tags: ['chat'],
    })
    .errors(failures('QUEUE_FULL', 'RATE_LIMITED', 'SHUTTING_DOWN', 'STORE_FULL', 'STORE_UNAVAILABLE'))
    .input(
      z.object({
        content: z.string().trim().min(1).max(maxContentLength),
        conversation_id: z.string().min(1).max(256).default('main'),
        attachments: z.array(Attachment).max(20).default([]),
        /** Chosen by the sender; the same id again is the same message. */
        external_id: z.string().min(1).max(256),
        locale: z.enum(['zh-CN', 'en']).optional(),
        timezone: z.string().max(64).optional(),
      }),
    )
    .output(z.object({ id: z.string(), duplicate: z.boolean() })),
};
