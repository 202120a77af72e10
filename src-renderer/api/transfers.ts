import { useInfiniteQuery } from '@tanstack/react-query';
import type { ExportFormat, ImportJob, PastImport } from '../../src-shared/schema/transfer.ts';
import { maxPartBytes } from '../../src-shared/transfer-limits.ts';
import { useApi } from './context.tsx';
import { keys } from './keys.ts';
import { firstPage, nextPage, withCursor } from './queries.ts';

const shownImports = 20;
/** How often it is asked how far an import is. */
const askEveryMs = 250;

export function usePastImports() {
  const { connection } = useApi();
  return useInfiniteQuery({
    queryKey: keys.imports,
    queryFn: ({ pageParam }) => connection.client.transfers.list({ limit: shownImports, ...withCursor(pageParam) }),
    initialPageParam: firstPage,
    getNextPageParam: nextPage,
  });
}

/** Takes back what an import brought, or brings it back. */
export function useImportActions({ onFailure }: { onFailure(error: unknown): void }) {
  const { connection, cache } = useApi();
  const { transfers } = connection.client;
  return {
    async toggle({ id, undone_at }: PastImport): Promise<boolean> {
      try {
        await (undone_at === null ? transfers.undo({ id }) : transfers.restore({ id }));
        return true;
      } catch (error) {
        onFailure(error);
        return false;
      } finally {
        void cache.invalidateQueries({ queryKey: keys.imports });
        void cache.invalidateQueries({ queryKey: ['memories'] });
      }
    },
  };
}

/** Sends a file part by part, has it looked through and, once somebody said yes, brought in. */
export function useImport() {
  const { connection, cache } = useApi();
  const { transfers } = connection.client;

  async function settled(id: string, busy: ImportJob['phase'], show: (job: ImportJob) => void): Promise<ImportJob> {
    for (;;) {
      const job = await transfers.get({ id });
      show(job);
      if (job.phase !== busy) return job;
      await new Promise((resolve) => setTimeout(resolve, askEveryMs));
    }
  }

  return {
    /** Ends with the preview. @throws what the core refused, and where `signal` aborts */
    async preview(file: File, show: (job: ImportJob) => void, signal: AbortSignal): Promise<ImportJob> {
      let job = await transfers.begin({ name: file.name.slice(-255) || 'file', bytes: file.size });
      show(job);
      while (job.received < file.size) {
        const part = new Uint8Array(await file.slice(job.received, job.received + maxPartBytes).arrayBuffer());
        signal.throwIfAborted();
        job = await transfers.upload({ id: job.id, offset: job.received, data_base64: base64Of(part) });
        show(job);
      }
      signal.throwIfAborted();
      show(await transfers.preview({ id: job.id }));
      return settled(job.id, 'reading', show);
    },
    async confirm(id: string, show: (job: ImportJob) => void): Promise<ImportJob> {
      show(await transfers.confirm({ id }));
      const job = await settled(id, 'importing', show);
      void cache.invalidateQueries({ queryKey: keys.imports });
      void cache.invalidateQueries({ queryKey: ['memories'] });
      return job;
    },
    cancel: (id: string): Promise<ImportJob> => transfers.cancel({ id }),
  };
}

/** Byte by byte would be too slow, and all at once too many arguments. */
const stretch = 0x8000;

function base64Of(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += stretch) text += String.fromCharCode(...bytes.subarray(at, at + stretch));
  return btoa(text);
}

export interface Exported {
  file: Blob;
  memories: number;
  tasks: number;
}

const types: Record<ExportFormat, string> = {
  jsonl: 'application/x-ndjson',
  csv: 'text/csv;charset=utf-8',
  md: 'text/markdown;charset=utf-8',
};

/** Puts all pages together; `show` is told how many records there are so far. Throws where `signal` aborts. */
export function useExport() {
  const { connection } = useApi();
  return async (
    { format, forgotten }: { format: ExportFormat; forgotten: boolean },
    show: (records: number) => void,
    signal: AbortSignal,
  ): Promise<Exported> => {
    const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const texts: string[] = [];
    const count = { memories: 0, tasks: 0 };
    for (let cursor: string | null | undefined; cursor !== null; ) {
      signal.throwIfAborted();
      const page = await connection.client.transfers.exportPage({
        format,
        forgotten,
        timezone,
        ...withCursor(cursor),
      });
      texts.push(page.text);
      count.memories += page.memories;
      count.tasks += page.tasks;
      show(count.memories + count.tasks);
      cursor = page.next_cursor;
    }
    return { file: new Blob(texts, { type: types[format] }), ...count };
  };
}
