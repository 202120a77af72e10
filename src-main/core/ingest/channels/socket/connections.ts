import { LRUCache } from 'lru-cache';
import type { SocketConnection } from '../../../foundation/socket-route.ts';

/** Conversations remembered of one connection; beyond it the one silent for longest is forgotten. */
const maxConversations = 1_000;

/** Who is connected, and which conversations each connection has spoken in. */
export function createConnections() {
  const conversationsOf = new Map<SocketConnection, LRUCache<string, true>>();

  return {
    add(connection: SocketConnection): void {
      conversationsOf.set(connection, new LRUCache({ max: maxConversations }));
    },

    remove(connection: SocketConnection): void {
      conversationsOf.delete(connection);
    },

    spokeIn(connection: SocketConnection, conversationId: string): void {
      conversationsOf.get(connection)?.set(conversationId, true);
    },

    /** Those of a token that spoke in the conversation; where none did, all of the token, for a peer may have come back. */
    heirsOf(tokenId: string, conversationId: string): SocketConnection[] {
      const own = [...conversationsOf].filter(([{ principal }]) => principal.tokenId === tokenId);
      const spoke = own.filter(([, conversations]) => conversations.has(conversationId));
      return (spoke.length > 0 ? spoke : own).map(([connection]) => connection);
    },

    all: (): SocketConnection[] => [...conversationsOf.keys()],
  };
}
