import * as z from 'zod';
import { Instant, PageQuery, pageOf } from '../schema/common.ts';
import {
  Memory,
  MemoryDetail,
  MemoryFilter,
  MemoryHit,
  MemoryInput,
  MemoryQuery,
  MemoryStatistics,
  MemoryUse,
} from '../schema/memory.ts';
import { KeyState } from '../schema/memory-key.ts';
import { asAdmin, asOperator, failures, op } from './op.ts';

const ById = z.object({ id: z.string().min(1).max(64) });

export const memoriesContract = {
  create: asOperator
    .route({ method: 'POST', path: '/memories', successStatus: 201, summary: 'Remember something', tags: ['memories'] })
    .input(MemoryInput)
    .output(Memory),
  createBatch: asOperator
    .route({
      method: 'POST',
      path: '/memories/batch',
      summary: 'Remember up to 1,000 things at once',
      tags: ['memories'],
    })
    .input(z.object({ items: z.array(MemoryInput).min(1).max(1000) }))
    .output(z.object({ ids: z.array(z.string()) })),
  search: op
    .route({
      method: 'POST',
      path: '/memories/search',
      summary: 'The memories that answer a question',
      tags: ['memories'],
    })
    .input(MemoryQuery)
    .output(z.object({ results: z.array(MemoryHit), took_ms: z.number() })),
  list: op
    .route({ method: 'GET', path: '/memories', summary: 'Memories, the latest first', tags: ['memories'] })
    .input(
      PageQuery.extend({
        q: z.string().max(2000).optional(),
        from: Instant.optional(),
        to: Instant.optional(),
        ...MemoryFilter.shape,
        /** True: only those that were forgotten. Else only those that were not. */
        forgotten: z.boolean().optional(),
      }),
    )
    .output(pageOf(Memory)),
  statistics: op
    .route({
      method: 'GET',
      path: '/memories/statistics',
      summary: 'How many memories there are, by person, platform, kind and month',
      tags: ['memories'],
    })
    .output(MemoryStatistics.extend({ database_bytes: z.number().int() })),
  get: op
    .route({ method: 'GET', path: '/memories/{id}', summary: 'One memory', tags: ['memories'] })
    .errors(failures('MEMORY_NOT_FOUND'))
    .input(ById.extend({ forgotten: z.boolean().default(false) }))
    .output(MemoryDetail),
  uses: op
    .route({
      method: 'GET',
      path: '/memories/{id}/uses',
      summary: 'The answers that quoted a memory, the latest first',
      tags: ['memories'],
    })
    .input(PageQuery.extend(ById.shape))
    .output(pageOf(MemoryUse)),
  update: asOperator
    .route({ method: 'PATCH', path: '/memories/{id}', summary: 'Correct a memory', tags: ['memories'] })
    .errors(failures('MEMORY_NOT_FOUND', 'MEMORY_LOCKED'))
    .input(
      ById.extend({
        content: MemoryInput.shape.content.optional(),
        subject: z.string().min(1).max(256).nullable().optional(),
        metadata: z.record(z.string().max(64), z.json()).optional(),
        sensitive: z.boolean().optional(),
        pinned: z.boolean().optional(),
        never_use: z.boolean().optional(),
      }),
    )
    .output(Memory),
  forget: asOperator
    .route({
      method: 'DELETE',
      path: '/memories/{id}',
      summary: 'Forget a memory; it can be restored',
      tags: ['memories'],
    })
    .errors(failures('MEMORY_NOT_FOUND'))
    .input(ById)
    .output(z.object({ id: z.string() })),
  restore: asOperator
    .route({ method: 'POST', path: '/memories/{id}/restore', summary: 'Undo forgetting', tags: ['memories'] })
    .errors(failures('MEMORY_NOT_FOUND'))
    .input(ById)
    .output(Memory),
  erase: asOperator
    .route({
      method: 'POST',
      path: '/memories/{id}/erase',
      summary: 'Erase a memory for good, forgotten or not, with the text of the message it came from',
      tags: ['memories'],
    })
    .errors(failures('MEMORY_NOT_FOUND', 'CONFLICT'))
    .input(ById)
    .output(z.object({ id: z.string() })),
  eraseSubject: asOperator
    .route({
      method: 'DELETE',
      path: '/memories',
      summary: 'Erase everything about one person, for good',
      tags: ['memories'],
    })
    .input(z.object({ subject: z.string().min(1).max(256) }))
    .output(z.object({ erased: z.number().int() })),
  key: op
    .route({
      method: 'GET',
      path: '/memory-key',
      summary: 'How the key of sensitive memories stands',
      tags: ['memories'],
    })
    .output(KeyState),
  /** Answers at once; memories are sealed with the new key in the background. */
  rotateKey: asAdmin
    .route({
      method: 'POST',
      path: '/memory-key/rotate',
      summary: 'Change the key of sensitive memories',
      tags: ['memories'],
    })
    .errors(failures('MEMORY_LOCKED', 'CONFLICT'))
    .input(z.strictObject({}))
    .output(KeyState),
};
