import type { Services } from '../../src-main/api/index.ts';
import { AppError } from '../../src-main/core/foundation/app-error.ts';
import { createEventBus } from '../../src-main/core/foundation/events.ts';
import type { Task } from '../../src-shared/schema/task.ts';

const at = '2026-09-01T00:00:00.000Z';

/** Tasks and changes in memory; every other area answers that there is nothing. Enough for what carries the calls. */
export function createFakeServices() {
  const events = createEventBus();
  const tasks = new Map<string, Task>();
  const incidents: unknown[] = [];
  const nothing = (): never => {
    throw new AppError('NOT_FOUND', 'This fake keeps nothing of that kind');
  };

  function find(id: string): Task {
    if (id === 'explode') throw new Error('secret path /home/someone/memory.db');
    const task = tasks.get(id);
    if (!task) throw new AppError('TASK_NOT_FOUND', `There is no task ${id}`, { id });
    return task;
  }

  const services: Services = {
    access: {
      pair: nothing,
      listTokens: nothing,
      createToken: nothing,
      renameToken: nothing,
      revokeToken: nothing,
      revokeOtherTokens: nothing,
      createPairingCode: nothing,
      getPairingCode: nothing,
      withdrawPairingCode: nothing,
      reach: nothing,
    },
    boards: { get: nothing },
    chat: { send: nothing },
    conversations: {
      list: () => ({ items: [], next_cursor: null }),
      summaries: nothing,
      messages: ({ id }) => {
        throw new AppError('CONVERSATION_NOT_FOUND', `There is no conversation ${id}`, { id });
      },
    },
    erasures: { list: nothing, get: nothing, preview: nothing, erase: nothing },
    facts: { list: nothing, forget: nothing, restore: nothing },
    mappings: { tryOut: nothing },
    memories: {
      create: nothing,
      createBatch: nothing,
      search: nothing,
      list: nothing,
      statistics: nothing,
      get: nothing,
      uses: nothing,
      update: nothing,
      forget: nothing,
      restore: nothing,
      erase: nothing,
      eraseSubject: ({ subject }) => ({ erased: subject.length }),
      key: nothing,
      rotateKey: nothing,
    },
    transfers: {
      exportPage: nothing,
      list: nothing,
      begin: nothing,
      upload: nothing,
      preview: nothing,
      confirm: nothing,
      get: nothing,
      cancel: nothing,
      undo: nothing,
      restore: nothing,
    },
    messages: { get: nothing, listDead: nothing, retryDead: nothing },
    system: {
      health: () => ({ status: 'up' }),
      status: () => statusWith(events.readerCount, tasks.size),
      pause: nothing,
      resume: nothing,
      watch: (_input, { signal }) => events.watch(signal),
      diagnostics: nothing,
    },
    tasks: {
      list: ({ limit }) => ({ items: [...tasks.values()].slice(0, limit), next_cursor: null }),
      get: ({ id }) => find(id),
      create({ title }) {
        const task = newTask(`T${tasks.size + 1}`, title);
        tasks.set(task.id, task);
        events.emit({ type: 'task', id: task.id });
        return task;
      },
      update({ id, title }) {
        const changed = { ...find(id), ...(title === undefined ? {} : { title }) };
        tasks.set(id, changed);
        return changed;
      },
      remove: ({ id }) => ({ id: find(id).id }),
      restore: ({ id }) => find(id),
    },
    todos: { extract: nothing },
    report(error) {
      incidents.push(error);
      return `I${incidents.length}`;
    },
  };
  return { services, events, incidents };
}

/** How many follow changes is told in `working`, so that every way in can read it. */
function statusWith(readers: number, tasks: number): Awaited<ReturnType<Services['system']['status']>> {
  return {
    version: '0.0.0',
    started_at: at,
    data_folder: '/data',
    durability: 'full',
    paused: null,
    channels: [],
    queue: { queued: 0, working: readers, dead: 0, limit: 1, oldest_at: null },
    outbox: { pending: 0, failed: 0, unknown: 0 },
    egress: { sent: 0, blocked: 0 },
    totals: {
      received: 0,
      accepted: 0,
      duplicate: 0,
      rejected: 0,
      arriving: 0,
      messages: 0,
      done: 0,
      memories: 0,
      tasks,
    },
    process: { memory_bytes: 0, cpu_ratio: 0, loop_delay_p99_ms: 0, database_bytes: 0 },
    trouble: null,
    database: {
      server: null,
      checked_at: null,
      damage: null,
      damaged_rows: 0,
      copied_at: null,
      copies: 0,
      problem: null,
      salvage: null,
    },
    warnings: [],
    notices: [],
    errors: [],
  };
}

function newTask(id: string, title: string): Task {
  return {
    id,
    title,
    status: 'todo',
    due: null,
    due_granularity: null,
    rrule: null,
    assignee: null,
    priority: 'normal',
    labels: [],
    progress: 0,
    confidence: null,
    why: [],
    source: null,
    position: 1,
    created_at: at,
    updated_at: at,
    done_at: null,
  };
}
