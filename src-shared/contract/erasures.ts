import * as z from 'zod';
import { PageQuery, pageOf } from '../schema/common.ts';
import { ErasureCertificate, ErasurePreview, ErasureRequest } from '../schema/erasure.ts';
import { asOperator, failures, op } from './op.ts';

export const erasuresContract = {
  list: op
    .route({
      method: 'GET',
      path: '/erasures',
      summary: 'What was erased about people, the latest first, without their names',
      tags: ['memories'],
    })
    .input(PageQuery)
    .output(pageOf(ErasureCertificate)),
  get: op
    .route({ method: 'GET', path: '/erasures/{id}', summary: 'The certificate of an erasure', tags: ['memories'] })
    .errors(failures('ERASURE_NOT_FOUND'))
    .input(z.object({ id: z.string().min(1).max(64) }))
    .output(ErasureCertificate),
  preview: asOperator
    .route({
      method: 'POST',
      path: '/erasures/preview',
      summary: 'What erasing a person would take',
      tags: ['memories'],
    })
    .input(ErasureRequest)
    .output(ErasurePreview),
  erase: asOperator
    .route({
      method: 'POST',
      path: '/erasures',
      summary: 'Erase everything about one person, for good, and certify it',
      tags: ['memories'],
    })
    .input(ErasureRequest)
    .output(ErasureCertificate),
};
