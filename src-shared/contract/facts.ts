import * as z from 'zod';
import { PageQuery, pageOf } from '../schema/common.ts';
import { Fact, FactName } from '../schema/fact.ts';
import { asOperator, failures, op } from './op.ts';

export const factsContract = {
  list: op
    .route({
      method: 'GET',
      path: '/facts',
      summary: 'What people said of themselves, by person and kind, the latest first',
      tags: ['memories'],
    })
    .input(
      PageQuery.extend({
        person: z.string().max(256).optional(),
        slot: z.string().max(80).optional(),
        /** Only what something said later ended. */
        superseded: z.boolean().default(false),
      }),
    )
    .output(pageOf(Fact)),
  forget: asOperator
    .route({
      method: 'POST',
      path: '/facts/forget',
      summary: 'Forget what a person said of themselves; the memories stay, and do not teach it again',
      tags: ['memories'],
    })
    .errors(failures('FACT_NOT_FOUND'))
    .input(FactName)
    .output(FactName),
  restore: asOperator
    .route({ method: 'POST', path: '/facts/restore', summary: 'Undo forgetting a fact', tags: ['memories'] })
    .errors(failures('FACT_NOT_FOUND'))
    .input(FactName)
    .output(FactName),
};
