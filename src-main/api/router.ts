import { implementAccess } from './access.ts';
import { implementBoards } from './boards.ts';
import { implementChat } from './chat.ts';
import { implementConversations } from './conversations.ts';
import { implementErasures } from './erasures.ts';
import { implementFacts } from './facts.ts';
import { implementContract } from './implementation.ts';
import { implementMappings } from './mappings.ts';
import { implementMemories } from './memories.ts';
import { implementMessages } from './messages.ts';
import type { Services } from './services.ts';
import { implementSystem } from './system.ts';
import { implementTasks } from './tasks.ts';
import { implementTodos } from './todos.ts';
import { implementTransfers } from './transfers.ts';

/** The contract, served by the core. Every way in carries this one router. */
export function createRouter(services: Services) {
  const api = implementContract(services);
  return api.router({
    access: implementAccess(api, services),
    boards: implementBoards(api, services),
    chat: implementChat(api, services),
    conversations: implementConversations(api, services),
    mappings: implementMappings(api, services),
    memories: implementMemories(api, services),
    messages: implementMessages(api, services),
    system: implementSystem(api, services),
    tasks: implementTasks(api, services),
    todos: implementTodos(api, services),
    erasures: implementErasures(api, services),
    facts: implementFacts(api, services),
    transfers: implementTransfers(api, services),
  });
}

export type AppRouter = ReturnType<typeof createRouter>;
