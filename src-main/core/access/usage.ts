import { LRUCache } from 'lru-cache';
import type { AccessToken, Device, TokenWay } from '../../../src-shared/schema/access.ts';
import { addressClass } from '../foundation/address.ts';
import { type Clock, isoTime } from '../foundation/clock.ts';
import type { Store } from '../store/index.ts';

/** What a transport knows of a use. */
export interface Use {
  way: TokenWay;
  /** The peer's canonical address. */
  remote: string;
}

interface Noted extends Use {
  at: number;
  /** By the monotonic clock. */
  writtenAt: number;
  written: boolean;
}

export interface UsageDeps {
  store: Pick<Store, 'call'>;
  clock: Clock;
  onFailure(error: unknown): void;
}

/** A token writes its last use this often at most: nobody needs it to the second, and a disk has better things to do. */
const writeEveryMs = 60_000;
const maxNoted = 1000;

/**
 * What tokens were last used for, and what they hold open. The latest is in memory and on the disk a minute later, or at an
 * orderly end; a crash costs that minute.
 */
export function createUsage({ store, clock, onFailure }: UsageDeps) {
  const noted = new LRUCache<string, Noted>({ max: maxNoted });
  const open = new Map<string, number>();

  /** Runs for every request, so it costs a look in memory. */
  function note(tokenId: string, { way, remote }: Use): void {
    let known = noted.get(tokenId);
    if (!known) {
      known = { way, remote, at: 0, writtenAt: Number.NEGATIVE_INFINITY, written: false };
      noted.set(tokenId, known);
    }
    known.way = way;
    known.remote = remote;
    known.at = clock.now();
    known.written = false;
    if (clock.monotonicMs() - known.writtenAt >= writeEveryMs) write(tokenId, known).catch(onFailure);
  }

  async function write(tokenId: string, known: Noted): Promise<void> {
    known.writtenAt = clock.monotonicMs();
    known.written = true;
    await store.call('tokens.used', { id: tokenId, at: known.at, way: known.way, from: addressClass(known.remote) });
  }

  return {
    note,

    /** A connection that stays; call what it returns once it has closed. */
    connect(tokenId: string, use: Use): () => void {
      note(tokenId, use);
      open.set(tokenId, (open.get(tokenId) ?? 0) + 1);
      let isOpen = true;
      return () => {
        if (!isOpen) return;
        isOpen = false;
        note(tokenId, use);
        const left = (open.get(tokenId) ?? 1) - 1;
        if (left > 0) open.set(tokenId, left);
        else open.delete(tokenId);
      };
    },

    /** A record with what memory knows better. */
    describe(token: AccessToken): Device {
      const latest = noted.peek(token.id);
      const connections = open.get(token.id) ?? 0;
      if (!latest) return { ...token, connections };
      const last_used = { at: isoTime(latest.at), way: latest.way, from: addressClass(latest.remote) };
      return { ...token, last_used, connections };
    },

    /** Writes what is not written yet. */
    async flush(): Promise<void> {
      const waiting = [...noted.entries()].filter(([, { written }]) => !written);
      await Promise.all(waiting.map(([tokenId, known]) => write(tokenId, known)));
    },
  };
}
