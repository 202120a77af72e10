import { randomBytes } from 'node:crypto';
import type { KeyState } from '../../../src-shared/schema/memory-key.ts';
import type { Notice } from '../../../src-shared/schema/status.ts';
import { AppError } from '../foundation/app-error.ts';
import { type Clock, isoTime } from '../foundation/clock.ts';
import type { SecretStore } from '../foundation/host.ts';
import type { Ids } from '../foundation/ids.ts';
import type { Logger } from '../foundation/logger.ts';
import type { FoundRoot, KeyVersion, OpResult, Store, TendPlace, UnlockedKey } from '../store/index.ts';
import { newSalt, rootOfPassphrase, usualCost } from './passphrase.ts';
import { sweepCovered } from './sweep-covered.ts';

export interface KeyringDeps {
  store: Pick<Store, 'call'>;
  /** Where a key lies that is made from no passphrase. */
  secrets: SecretStore;
  /** Null: the key lies with the secrets of the host. */
  passphrase: string | null;
  /** What opens the keys from before the passphrase was changed, or given up. */
  previousPassphrase: string | null;
  ids: Ids;
  clock: Pick<Clock, 'now'>;
  logger: Logger;
  /** Called when the state of the keys or of a round of them has changed. */
  onChange(): void;
  /** When the oldest copy of the database was made; null where there is none. A copy needs the keys of its time. */
  oldestCopy?: () => number | null;
  /** Sees to it that no copy is left from before a moment, at which something in the open was covered; false where one is. */
  replaceCopies?: (until: number) => Promise<boolean>;
}

export type Keyring = ReturnType<typeof createKeyring>;

const secretName = (id: string): string => `memory-key-${id}`;
/** So many memories are sealed in one transaction, some milliseconds. */
const sealedAtOnce = 50;

/** Opens what sensitive memories are sealed with, makes the first key, and changes it while the product runs. */
export function createKeyring(deps: KeyringDeps) {
  const { store, secrets, passphrase, previousPassphrase, ids, clock, logger, onChange } = deps;
  let states = new Map<number, UnlockedKey>();
  let versions: KeyVersion[] = [];
  const rounds: { waiting: number; last: Promise<unknown> } = { waiting: 0, last: Promise.resolve() };
  let isStopping = false;

  const method = passphrase === null ? 'stored' : 'passphrase';

  /** Every root that may be the one of a version. One that cannot be had leaves it locked. */
  async function rootsOf({ version, id, method: how, salt, cost, dropped_at }: KeyVersion): Promise<FoundRoot[]> {
    if (dropped_at !== null) return [];
    try {
      if (how === 'stored') {
        const found = await secrets.get(secretName(id));
        return found === null ? [] : [{ version, by: 'stored', root: Buffer.from(found, 'base64') }];
      }
      const roots: FoundRoot[] = [];
      for (const [by, said] of [
        ['passphrase', passphrase],
        ['previous', previousPassphrase],
      ] as const)
        if (said !== null) roots.push({ version, by, root: await rootOfPassphrase(said, salt, cost) });
      return roots;
    } catch (error) {
      logger.error('keyring.key_unavailable', { version, error });
      return [];
    }
  }

  async function unlock(): Promise<void> {
    versions = await store.call('memoryKeys.list', null);
    const roots: FoundRoot[] = [];
    // One after the other: each passphrase takes its memory.
    for (const version of versions) roots.push(...(await rootsOf(version)));
    states = await store.call('memoryKeys.unlock', { roots });
  }

  /** Adds a version, its key kept before the database knows of it: a key too many does no harm. */
  async function add(): Promise<boolean> {
    const id = ids.next();
    const version = (versions.at(-1)?.version ?? 0) + 1;
    const salt = method === 'passphrase' ? newSalt() : null;
    const cost = method === 'passphrase' ? usualCost : null;
    const root = passphrase === null ? randomBytes(32) : await rootOfPassphrase(passphrase, salt, cost);
    if (method === 'stored') await secrets.set(secretName(id), Buffer.from(root).toString('base64'));
    const isAdded = await store.call('memoryKeys.add', {
      version,
      id,
      method,
      salt,
      cost,
      root,
      created_at: clock.now(),
    });
    if (!isAdded && method === 'stored') await secrets.delete(secretName(id));
    return isAdded;
  }

  const currentVersion = (): KeyVersion | undefined => versions.findLast(({ retired_at }) => retired_at === null);

  const stateOf = (version: KeyVersion | undefined) => (version && states.get(version.version)) ?? { state: 'no_key' };

  /** False where it did not come to its end. */
  async function tend(): Promise<boolean> {
    const done = { changed: 0, locked: 0 };
    try {
      for (let at: TendPlace | null = { part: 'memories', after: 0 }; at && !isStopping; ) {
        const step: OpResult<'sealing.tend'> = await store.call('sealing.tend', {
          at,
          limit: sealedAtOnce,
          now: clock.now(),
        });
        done.changed += step.changed;
        done.locked += step.locked;
        for (const version of step.retired) logger.info('keyring.retired', { version });
        at = step.next;
      }
      if (done.changed > 0) logger.info('keyring.sealed', { changed: done.changed, locked: done.locked });
      versions = await store.call('memoryKeys.list', null);
      const swept = await sweepCovered(deps);
      if (swept.isAnew) logger.info('keyring.swept');
      await dropUnneeded();
      versions = await store.call('memoryKeys.list', null);
      return swept.isDone && !isStopping;
    } catch (error) {
      // The next start, or the next change of the key, goes over all of it again.
      if (!isStopping) logger.error('keyring.round_failed', { error });
      return false;
    } finally {
      rounds.waiting--;
      if (rounds.waiting === 0) onChange();
    }
  }

  /** A retired key is thrown away once every copy of the database is younger than its end. */
  async function dropUnneeded(): Promise<void> {
    const oldest = deps.oldestCopy?.() ?? null;
    for (const { version, id, method: how, retired_at, dropped_at } of versions) {
      if (retired_at === null || dropped_at !== null || (oldest !== null && oldest <= retired_at)) continue;
      if (how === 'stored') await secrets.delete(secretName(id));
      await store.call('memoryKeys.drop', { version, now: clock.now() });
      logger.info('keyring.dropped', { version });
    }
  }

  function beginRound(): Promise<boolean> {
    rounds.waiting++;
    const mine = rounds.last.then(tend);
    rounds.last = mine;
    return mine;
  }

  function state(): KeyState {
    const current = currentVersion();
    return {
      version: current?.version ?? null,
      method: current?.method ?? null,
      state: stateOf(current).state,
      since: current ? isoTime(current.created_at) : null,
      sealing: rounds.waiting > 0,
      older: versions.filter((one) => one !== current && one.dropped_at === null).length,
    };
  }

  /** Said for as long as sensitive memories are locked. */
  function notices(): Notice[] {
    const { state: why } = state();
    if (why === 'open') return [];
    const message =
      'Sensitive memories are locked and none can be added: their key is not here, or it is another one. Unlock the key chain, or put the passphrase or the keys folder back, and start again. Nothing of them is lost';
    return [{ code: 'SENSITIVE_LOCKED', message, why }];
  }

  return {
    notices,

    /**
     * Opens every key that can be had, and makes the first one. Whatever cannot be opened leaves its memories locked, and
     * the product starts.
     */
    async open(): Promise<void> {
      await unlock();
      try {
        if (versions.length === 0) {
          await add();
          await unlock();
        }
      } catch (error) {
        logger.error('keyring.no_key_made', { error });
      }
    },

    /** Changes the key where the configuration asks for another, and seals in the background what is not under the newest. */
    async start(): Promise<void> {
      const current = currentVersion();
      const found = stateOf(current);
      if (current && found.state === 'open' && found.by !== method && (await add())) {
        await unlock();
        logger.info('keyring.changed', { version: current.version + 1 });
      }
      void beginRound();
    },

    /**
     * Goes over everything that was covered or erased: the database is written anew where it has to be, and copies from
     * before are replaced. False where that did not come to its end; the next start does it again.
     */
    sweep: (): Promise<boolean> => beginRound(),

    /** Begins a new version of the key; memories follow in the background. @throws AppError MEMORY_LOCKED, CONFLICT */
    async rotate(): Promise<KeyState> {
      const current = currentVersion();
      const { state: why } = stateOf(current);
      if (current && why !== 'open')
        throw new AppError(
          'MEMORY_LOCKED',
          'The key of sensitive memories is not here, so it cannot be changed. Put it back first',
          { why },
        );
      if (!(await add()))
        throw new AppError('CONFLICT', 'The key was just changed by another process; look at its state', {});
      await unlock();
      void beginRound();
      onChange();
      return state();
    },

    state,

    async stop(): Promise<void> {
      isStopping = true;
      await rounds.last;
    },
  };
}
