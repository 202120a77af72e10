import type { App } from '../core/app.ts';
import { AppError } from '../core/foundation/app-error.ts';
import { isoTime } from '../core/foundation/clock.ts';
import { MemoryNotFound } from '../core/memory/index.ts';
import type { DiagnosticsBundle } from '../core/monitor/index.ts';
import { accessServices } from './access-services.ts';
import type { Services } from './services.ts';

/** The core, as the API needs it. */
export function servicesOf(app: App, packDiagnostics: () => Promise<DiagnosticsBundle>): Services {
  const { access, board, channels, erasures, events, exporter, facts, importer, keyring, memories, store, uploads } =
    app;

  return {
    access: accessServices(access, app.reach),

    boards: { get: ({ id }) => board.board(id) },

    chat: {
      send: (message) => channels.chat.send(message),
    },

    conversations: {
      list: ({ cursor, limit }) => store.call('conversations.list', { cursor: before(cursor), limit }),
      async messages({ id, cursor, limit }) {
        const page = await store.call('messages.ofConversation', { id, cursor: before(cursor), limit });
        if (!page) throw noConversation(id);
        return page;
      },
      async summaries({ id, before: time, limit }) {
        const conversation = await store.call('conversations.resolve', { id });
        if (conversation === null) throw noConversation(id);
        const talks = { conversation, before: time === undefined ? null : Date.parse(time), limit };
        return { items: await app.summarise(talks) };
      },
    },

    erasures: {
      list: ({ cursor, limit }) => erasures.list({ cursor: before(cursor), limit }),
      get: ({ id }) => erasures.get(id),
      preview: (request) => erasures.preview(request),
      erase: (request) => erasures.erase(request),
    },

    facts: {
      list: (query) => facts.list(query),
      forget: (name) => facts.forget(name),
      restore: (name) => facts.restore(name),
    },

    mappings: { tryOut: ({ mapping, payload }) => channels.tryMapping(mapping, payload) },

    memories: {
      create: (input) => memories.create(input),
      createBatch: async ({ items }) => ({ ids: await memories.createBatch(items) }),
      async search(query) {
        const begun = performance.now();
        const results = await memories.search(query);
        return { results, took_ms: Math.round((performance.now() - begun) * 100) / 100 };
      },
      list: (query) => memories.list(query),
      get: ({ id, forgotten }) => memories.get(id, { forgotten }),
      uses: ({ id, cursor, limit }) => memories.uses({ id, cursor: before(cursor), limit }),
      statistics: async () => ({
        ...(await memories.statistics()),
        database_bytes: (await store.call('store.totals', null)).database_bytes,
      }),
      update: ({ id, ...change }) => memories.update(id, change),
      async forget({ id }) {
        await memories.forget(id);
        return { id };
      },
      restore: ({ id }) => memories.restore(id),
      async erase({ id }) {
        if (!(await erasures.eraseMemory(id))) throw new MemoryNotFound({ id });
        return { id };
      },
      async eraseSubject({ subject }) {
        const { erased } = await erasures.erase({ person: subject });
        return { erased: erased.memories };
      },
      key: () => keyring.state(),
      rotateKey: () => keyring.rotate(),
    },

    messages: {
      async get({ id }) {
        const message = await store.call('messages.get', { id });
        if (!message) throw new AppError('MESSAGE_NOT_FOUND', `There is no message ${id}`, { id });
        return message;
      },
      listDead: ({ cursor, limit }) => store.call('deadLetters.list', { cursor: before(cursor), limit }),
      retryDead: ({ id }) => app.retryDeadLetter(id),
    },

    system: {
      health: () => ({ status: app.isStopping() ? 'stopping' : 'up' }),
      status: () => app.status(),
      pause: async ({ seconds }) => ({ paused: await app.pause(seconds) }),
      resume: () => ({ paused: app.resume() }),
      watch: (_input, { signal }) => events.watch(signal),
      async diagnostics() {
        const { files, archive } = await packDiagnostics();
        const day = isoTime(app.clock.now()).slice(0, 10);
        return { name: `clawdbot-diagnostics-${day}.zip`, files, archive_base64: archive.toString('base64') };
      },
    },

    tasks: {
      list: ({ status, cursor, limit }) => board.list({ status: status ?? null, cursor: before(cursor), limit }),
      get: ({ id }) => board.get(id),
      create: (input) => board.create(input),
      update: ({ id, ...change }) => board.update(id, change),
      async remove({ id }) {
        await board.remove(id);
        return { id };
      },
      restore: ({ id }) => board.restore(id),
    },

    todos: { extract: (request) => app.extractTodos(request) },

    transfers: {
      exportPage: (query) => exporter.page(query),
      list: ({ cursor, limit }) => importer.list({ cursor: before(cursor), limit }),
      begin: (file) => uploads.begin(file),
      upload: ({ id, offset, data_base64 }) => uploads.append(id, offset, Buffer.from(data_base64, 'base64')),
      preview: ({ id }) => uploads.preview(id),
      confirm: ({ id }) => uploads.confirm(id),
      get: ({ id }) => uploads.get(id),
      cancel: ({ id }) => uploads.cancel(id),
      undo: ({ id }) => importer.undo(id),
      restore: ({ id }) => importer.restore(id),
    },

    report(error) {
      const incident = app.ids.next();
      app.logger.error('api.unexpected', { incident, error });
      return incident;
    },
  };

  function before(cursor: string | undefined): number {
    if (cursor === undefined) return Number.MAX_SAFE_INTEGER;
    if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
    throw new AppError(
      'BAD_REQUEST',
      `cursor is ${JSON.stringify(cursor)}; pass next_cursor of the page before, or leave it out`,
      { cursor },
    );
  }
}

const noConversation = (id: string): AppError =>
  new AppError('CONVERSATION_NOT_FOUND', `There is no conversation ${id}`, { id });
