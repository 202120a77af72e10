import * as z from 'zod';
import { PageQuery, pageOf, TimeZone } from '../schema/common.ts';
import { ExportFormat, ImportJob, PastImport } from '../schema/transfer.ts';
import { maxPartBytes, maxUploadBytes } from '../transfer-limits.ts';
import { asAdmin, asOperator, failures, op } from './op.ts';

const ById = z.object({ id: z.string().min(1).max(64) });

export const transfersContract = {
  /** The texts of all pages, one after the other, are the file. */
  exportPage: asOperator
    .route({
      method: 'GET',
      path: '/export',
      summary: 'Memories and todos as a file, a page at a time',
      tags: ['transfers'],
    })
    .input(
      z.object({
        format: ExportFormat,
        cursor: z.string().max(2000).optional(),
        /** Records on a page at most; a page also ends at about half a megabyte. */
        limit: z.number().int().min(1).max(1000).default(500),
        /** Also what was forgotten or removed and can be restored. Not in Markdown, which is for reading. */
        forgotten: z.boolean().default(false),
        /** The days and times of Markdown are those of this zone. */
        timezone: TimeZone.optional(),
      }),
    )
    .output(
      z.object({
        text: z.string(),
        memories: z.number().int(),
        tasks: z.number().int(),
        /** Of the memories: sensitive ones, which are sealed here and in the open in the file. */
        sensitive: z.number().int(),
        /** Memories that were left out because they are locked. */
        locked: z.number().int(),
        next_cursor: z.string().nullable(),
      }),
    ),
  list: op
    .route({
      method: 'GET',
      path: '/imports',
      summary: 'Imports that brought something, the latest first',
      tags: ['transfers'],
    })
    .input(PageQuery)
    .output(pageOf(PastImport)),
  /** Begins to take a file. It waits for its parts, then for a preview and a yes; an hour without any of them ends it. */
  begin: asAdmin
    .route({
      method: 'POST',
      path: '/imports',
      successStatus: 201,
      summary: 'Announce a file to be imported',
      tags: ['transfers'],
    })
    .errors(failures('CONFLICT', 'STORE_FULL'))
    .input(z.object({ name: z.string().min(1).max(255), bytes: z.number().int().min(1).max(maxUploadBytes) }))
    .output(ImportJob),
  upload: asAdmin
    .route({
      method: 'PUT',
      path: '/imports/{id}/parts',
      summary: 'The next part of the file; the same part again changes nothing',
      tags: ['transfers'],
    })
    .errors(failures('IMPORT_NOT_FOUND', 'CONFLICT', 'STORE_FULL'))
    .input(
      ById.extend({
        offset: z.number().int().min(0).max(maxUploadBytes),
        data_base64: z
          .base64()
          .min(4)
          .max(Math.ceil(maxPartBytes / 3) * 4),
      }),
    )
    .output(ImportJob),
  preview: asAdmin
    .route({
      method: 'POST',
      path: '/imports/{id}/preview',
      summary: 'Look through the whole file and keep nothing',
      tags: ['transfers'],
    })
    .errors(failures('IMPORT_NOT_FOUND', 'CONFLICT'))
    .input(ById)
    .output(ImportJob),
  confirm: asAdmin
    .route({
      method: 'POST',
      path: '/imports/{id}/confirm',
      summary: 'Bring in what the preview showed',
      tags: ['transfers'],
    })
    .errors(failures('IMPORT_NOT_FOUND', 'CONFLICT'))
    .input(ById)
    .output(ImportJob),
  get: asAdmin
    .route({ method: 'GET', path: '/imports/{id}', summary: 'How far a file is on its way in', tags: ['transfers'] })
    .errors(failures('IMPORT_NOT_FOUND'))
    .input(ById)
    .output(ImportJob),
  /** What came in before stays and can be undone. */
  cancel: asAdmin
    .route({
      method: 'DELETE',
      path: '/imports/{id}',
      summary: 'Stop taking or importing a file',
      tags: ['transfers'],
    })
    .errors(failures('IMPORT_NOT_FOUND'))
    .input(ById)
    .output(ImportJob),
  /** Forgets the memories and removes the todos that one import brought, and no others. */
  undo: asAdmin
    .route({
      method: 'POST',
      path: '/imports/{id}/undo',
      summary: 'Take back what an import brought',
      tags: ['transfers'],
    })
    .errors(failures('IMPORT_NOT_FOUND'))
    .input(ById)
    .output(PastImport),
  restore: asAdmin
    .route({
      method: 'POST',
      path: '/imports/{id}/restore',
      summary: 'Bring back what was taken back',
      tags: ['transfers'],
    })
    .errors(failures('IMPORT_NOT_FOUND'))
    .input(ById)
    .output(PastImport),
};
