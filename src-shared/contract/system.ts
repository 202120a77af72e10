import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { Mapping } from '../schema/mapping.ts';
import { UnifiedMessage } from '../schema/message.ts';
import { ChangeEvent, Status } from '../schema/status.ts';
import { asAnyone, asOperator, failures, op } from './op.ts';

export const systemContract = {
  health: asAnyone
    .route({ method: 'GET', path: '/health', summary: 'Up or not', tags: ['system'] })
    .output(z.object({ status: z.enum(['up', 'stopping']) })),
  status: op
    .route({
      method: 'GET',
      path: '/health/detail',
      summary: 'What runs, how much waits, the last errors',
      tags: ['system'],
    })
    .output(Status),
  /** Changes as they happen. Bounded: a slow reader gets one `resync` in place of what it missed. */
  watch: op
    .route({ method: 'GET', path: '/events', summary: 'Follow changes (server-sent events)', tags: ['system'] })
    .output(eventIterator(ChangeEvent)),
};

export const mappingsContract = {
  tryOut: asOperator
    .route({
      method: 'POST',
      path: '/mappings/try',
      summary: 'See what a mapping makes of a payload; nothing is stored',
      tags: ['channels'],
    })
    .errors(failures('MAPPING_INVALID'))
    .input(
      z.object({
        /** A mapping, or the name of one in the configuration. */
        mapping: z.union([Mapping, z.string().min(1).max(64)]),
        payload: z.json(),
      }),
    )
    .output(
      z.object({
        message: UnifiedMessage.omit({ id: true, channel: true }).partial().nullable(),
        problems: z.array(z.object({ field: z.string(), message: z.string() })),
      }),
    ),
};
