import type { ContractRouterClient } from '@orpc/contract';
import { accessContract } from './access.ts';
import { erasuresContract } from './erasures.ts';
import { factsContract } from './facts.ts';
import { memoriesContract } from './memories.ts';
import { chatContract, conversationsContract, messagesContract } from './messages.ts';
import { mappingsContract, systemContract } from './system.ts';
import { boardsContract, tasksContract, todosContract } from './tasks.ts';
import { transfersContract } from './transfers.ts';

/** Every operation of the product, declared once. Paths are relative to `/api/v1`. */
export const contract = {
  access: accessContract,
  boards: boardsContract,
  chat: chatContract,
  conversations: conversationsContract,
  erasures: erasuresContract,
  facts: factsContract,
  mappings: mappingsContract,
  memories: memoriesContract,
  messages: messagesContract,
  system: systemContract,
  tasks: tasksContract,
  todos: todosContract,
  transfers: transfersContract,
};

export type Client = ContractRouterClient<typeof contract>;
export { type DesktopClient, desktopContract } from './desktop.ts';
export type { OperationMeta } from './op.ts';
