import { expect, test } from 'vitest';
import { schemaVersion } from '../sqlite/schema.ts';
import type { Link } from './capture.ts';
import type { LocalCopy } from './local-copy.ts';
import { planFor } from './settle.ts';
import type { ServerState } from './state.ts';

const state = (change: Partial<ServerState> = {}): ServerState => ({
  server_id: 'this',
  format: 1,
  schema_version: schemaVersion,
  batch: 100,
  epoch: 7,
  written_in: 7,
  complete: 1,
  forgets_before: 0,
  ...change,
});
const link = (change: Partial<Link> = {}): Link => ({
  server_id: 'this',
  batch: 100,
  epoch: 7,
  restored: 0,
  folder: '/data',
  ...change,
});
const local = (change: Partial<LocalCopy> = {}): LocalCopy => ({
  version: schemaVersion,
  link: link(),
  target: null,
  unsent: false,
  empty: false,
  ...change,
});
const plan = (mine: LocalCopy, theirs: ServerState, salvaged = false) =>
  planFor({ local: mine, state: theirs, salvaged, folder: '/data', name: 'mysql://db/x' });

const fresh = state({ batch: 0, complete: 0 });
const begun = state({ batch: 5, complete: 0 });

test.each([
  ['an empty server is filled', local({ link: null }), fresh, 'copy'],
  ['a first copy that was cut off goes on', local(), begun, 'copy'],
  ['a move that was cut off goes on', local({ link: null, target: 'this' }), begun, 'copy'],
  ['a folder that is new takes everything', local({ link: null, empty: true }), state(), 'fetch'],
  ['both are where they were', local(), state(), 'go_on'],
  ['and what was written apart is sent', local({ unsent: true }), state(), 'go_on'],
  ['what is missing here comes', local({ link: link({ batch: 98 }) }), state(), 'catch_up'],
  [
    'all of it, where the server no longer knows what was removed',
    local({ link: link({ batch: 3 }) }),
    state({ forgets_before: 50 }),
    'fetch',
  ],
  ['all of it, where the schema is another', local({ version: 4, link: link({ batch: 98 }) }), state(), 'fetch'],
  [
    'after a commit that only the server kept, own changes stay',
    local({ unsent: true, link: link({ batch: 99 }) }),
    state(),
    'catch_up',
  ],
  [
    'also where a start ended in between',
    local({ unsent: true, link: link({ batch: 99 }) }),
    state({ epoch: 9 }),
    'catch_up',
  ],
  ['a restore goes before the server', local({ link: link({ restored: 1, batch: 3 }) }), state(), 'copy'],
  [
    'so does a file that is ahead of a server that was put back',
    local({ link: link({ batch: 120 }) }),
    state(),
    'copy',
  ],
  ['a move that ended goes on there', local({ link: link({ server_id: 'before' }), target: 'this' }), state(), 'copy'],
])('%s', (_, mine, theirs, expected) => {
  expect(plan(mine, theirs)).toBe(expected);
});

test('what was only saved in part gives way to the server', () => {
  expect(plan(local({ link: null }), state(), true)).toBe('fetch');
});

test.each([
  ['a copy from another folder has not ended', local({ link: null }), begun, 'has not ended'],
  ['both hold what the other does not', local({ link: null }), state(), 'not copies of each other'],
  ['it was kept on another server', local({ link: link({ server_id: 'other' }) }), state(), 'not copies of each other'],
  [
    'another folder wrote meanwhile',
    local({ unsent: true, link: link({ batch: 90, epoch: 5 }) }),
    state(),
    'Another data folder has written',
  ],
  [
    'a backup of another folder',
    local({ link: link({ restored: 1, folder: '/other' }) }),
    state(),
    'a backup of what another folder keeps',
  ],
])('nothing is done where %s', (_, mine, theirs, expected) => {
  expect(() => plan(mine, theirs)).toThrow(expected);
});
