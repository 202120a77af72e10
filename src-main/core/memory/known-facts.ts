import type { Fact, FactName } from '../../../src-shared/schema/fact.ts';
import { AppError } from '../foundation/app-error.ts';
import type { Clock } from '../foundation/clock.ts';
import type { Store } from '../store/index.ts';

export class FactNotFound extends AppError<'FACT_NOT_FOUND'> {
  constructor({ person, slot, value }: FactName) {
    super(
      'FACT_NOT_FOUND',
      `There is no fact "${slot}: ${value}" about ${person}; list the facts for those that are known`,
      { person, slot, value },
    );
  }
}

export interface FactsQuery {
  person?: string | undefined;
  slot?: string | undefined;
  superseded: boolean;
  /** How many come before the page, as the page before told. */
  cursor?: string | undefined;
  limit: number;
}

export type KnownFacts = ReturnType<typeof createKnownFacts>;

/** What people said of themselves, as the outside sees it. */
export function createKnownFacts({ store, clock }: { store: Pick<Store, 'call'>; clock: Clock }) {
  return {
    /** @throws AppError BAD_REQUEST for a cursor that no page gave. */
    async list({ cursor, ...query }: FactsQuery): Promise<{ items: Fact[]; next_cursor: string | null }> {
      const offset = offsetOf(cursor);
      const { items, more } = await store.call('facts.list', { ...query, offset });
      return { items, next_cursor: more ? String(offset + items.length) : null };
    },

    /** @throws FactNotFound */
    async forget(name: FactName): Promise<FactName> {
      if ((await store.call('facts.forget', { ...name, now: clock.now() })) === 0) throw new FactNotFound(name);
      return name;
    },

    /** @throws FactNotFound where it is not forgotten. */
    async restore(name: FactName): Promise<FactName> {
      if ((await store.call('facts.restore', name)) === 0) throw new FactNotFound(name);
      return name;
    },
  };
}

function offsetOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  if (!/^\d{1,9}$/.test(cursor)) {
    const message = 'the cursor of the list of facts is not one that a page gave; start without cursor';
    throw new AppError('BAD_REQUEST', message, { parameter: 'cursor' });
  }
  return Number(cursor);
}
