import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { eraseStep, openTestMemory } from './test-memory.ts';

const said = [
  'I live in Porto',
  'I moved to Lyon',
  'the kettle is in Porto',
  'I love tea',
  'I hate tea',
  '灯笼在阁楼里',
];
const people = ['ana', 'ben', 'li'];
const questions = ['where does ana live, Porto?', 'tea', 'kettle Porto', '灯笼', 'what did ben say', '"the kettle"'];

/** What ends each other comes often, and so does hiding: a memory that is out of reach must not come in by the other. */
const text = fc.oneof({ weight: 3, arbitrary: fc.nat(1) }, { weight: 2, arbitrary: fc.nat(5) });
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('remember' as const), text, person: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('hide' as const), of: fc.nat(9) }) },
  fc.record({ kind: fc.constantFrom('forget' as const, 'restore' as const), of: fc.nat(9) }),
  fc.record({ kind: fc.constant('update' as const), of: fc.nat(9), text }),
  fc.record({ kind: fc.constant('erase' as const), person: fc.nat(2) }),
);

test.each(['terms', 'text'] as const)(
  'by the index of %s nothing erased, forgotten, hidden or of another person ever comes back',
  async (by) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 30 }), async (steps) => {
        await using memory = await openTestMemory([], { by });
        const { call } = memory.store;
        const there = new Map<string, { person: string; forgotten: boolean; hidden: boolean }>();
        let count = 0;
        for (const each of steps) {
          const id = 'of' in each ? `m${each.of}` : `m${count}`;
          const known = there.get(id);
          if (each.kind === 'remember') {
            const person = people[each.person] ?? '';
            const row = { content: said[each.text] ?? '', sender_id: person, subject: person, conversation_id: person };
            await memory.remember([{ id, ...row, created_at: Date.UTC(2024, 0, 1) + count++ * 60_000 }]);
            there.set(id, { person, forgotten: false, hidden: false });
          } else if (each.kind === 'erase') {
            const subject = people[each.person] ?? '';
            await call('erasures.step', eraseStep(subject));
            for (const [erased, { person }] of there) if (person === subject) there.delete(erased);
          } else if (!known) continue;
          else if (each.kind === 'forget') {
            await call('memories.forget', { id, now: 1 });
            known.forgotten = true;
          } else if (each.kind === 'restore') {
            await call('memories.restore', { id });
            known.forgotten = false;
          } else if (!known.forgotten) {
            const patch =
              each.kind === 'hide' ? { never_use: true } : { content: said['text' in each ? each.text : 0] ?? '' };
            await call('memories.update', { id, patch });
            known.hidden ||= each.kind === 'hide';
          }
        }
        await memory.learn();
        for (const query of questions) {
          for (const person of [undefined, ...people]) {
            const scopes =
              person === undefined ? [{}] : [{ sender_id: person }, { person }, { conversation_id: person }];
            for (const filter of scopes) {
              for (const { id, superseded_by: later } of memory.search(query, { filter, k: 20 })) {
                for (const shown of [id, ...(later ? [later.id] : [])]) {
                  const found = there.get(shown);
                  expect(found, `${query} in ${JSON.stringify(filter)}: ${shown}`).toMatchObject({
                    forgotten: false,
                    hidden: false,
                    ...(person === undefined ? {} : { person }),
                  });
                }
              }
            }
          }
        }
      }),
      { numRuns: 25 },
    );
  },
);
