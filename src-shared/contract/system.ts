import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { Diagnostics } from '../schema/diagnostics.ts';
import { Mapping } from '../schema/mapping.ts';
import { UnifiedMessage } from '../schema/message.ts';
import { ChangeEvent, Paused, Status } from '../schema/status.ts';
import { asAdmin, asAnyone, asOperator, failures, op } from './op.ts';

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
  diagnostics: asAdmin
    .route({
      method: 'GET',
      path: '/diagnostics',
      summary: 'What somebody needs who looks into a fault: no message, no name, no secret',
      tags: ['system'],
    })
    .output(Diagnostics),
  pause: asOperator
    .route({
      method: 'POST',
      path: '/pause',
      summary: 'Let messages wait: they are taken and stored, and answered after a resume',
      tags: ['system'],
    })
    .input(
      z.strictObject({
        seconds: z
          .int()
          .min(60)
          .max(7 * 86_400)
          .nullable(),
      }),
    )
    .output(z.object({ paused: Paused.nullable() })),
  resume: asOperator
    .route({ method: 'POST', path: '/resume', summary: 'Work what waits', tags: ['system'] })
    .input(z.strictObject({}))
    .output(z.object({ paused: Paused.nullable() })),
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
