import type { SocketConnection } from '../../../foundation/socket-route.ts';

/** Conversations remembered of one connection; beyond it the one silent for longest is forgotten. */
const maxConversations = 1_000;

/** Who is connected, and which conversations each connection has spoken in. */
export function createConnections() {
  // Most connections wait in silence, so each begins with nothing: a cache of this size would cost 30 KB.
  const conversationsOf = new Map<SocketConnection, Set<string> | null>();

  return {
    add(connection: SocketConnection): void {
      conversationsOf.set(connection, null);
    },

    remove(connection: SocketConnection): void {
      conversationsOf.delete(connection);
    },

    spokeIn(connection: SocketConnection, conversationId: string): void {
      const known = conversationsOf.get(connection);
      // The last one has left: what it said is stored, and no reply goes to it.
      if (known === undefined) return;
      const conversations = known ?? new Set();
      if (known === null) conversationsOf.set(connection, conversations);
      // A set keeps the order of adding: what was spoken in last stands last.
      conversations.delete(conversationId);
      conversations.add(conversationId);
      const [silent] = conversations;
      if (conversations.size > maxConversations && silent !== undefined) conversations.delete(silent);
    },

    /** Those of a token that spoke in the conversation; where none did, all of the token, for a peer may have come back. */
    heirsOf(tokenId: string, conversationId: string): SocketConnection[] {
      const own = [...conversationsOf].filter(([{ principal }]) => principal.tokenId === tokenId);
      const spoke = own.filter(([, conversations]) => conversations?.has(conversationId));
      return (spoke.length > 0 ? spoke : own).map(([connection]) => connection);
    },

    all: (): SocketConnection[] => [...conversationsOf.keys()],
  };
}
