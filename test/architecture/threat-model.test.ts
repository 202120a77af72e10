import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createChannels } from '../../src-main/core/ingest/index.ts';
import { Config } from '../../src-main/core/settings/schema.ts';
import { askChannel, linkScheme, pageOrigin, portChannel } from '../../src-main/hosts/electron/identity.ts';
import { usage } from '../../src-main/hosts/headless/usage.ts';
import { desktopContract } from '../../src-shared/contract/index.ts';
import { errorCodes } from '../../src-shared/error-codes.ts';
import { DesktopPlace } from '../../src-shared/schema/desktop.ts';
import { startWeb, type TestWeb } from '../fakes/web.ts';
import { faultsOf, type OpenPage, openPage } from './cited.ts';
import { isTest, readSources } from './sources.ts';

const root = join(import.meta.dirname, '../..');
let page: OpenPage;
let web: TestWeb;

/** The ways in for messages as the product opens them, with nothing behind them. */
function messageRoutes() {
  const config = Config.parse({});
  const nothing = {} as never;
  const channels = createChannels({
    platforms: config.platforms,
    mappings: {},
    safeMode: false,
    inbox: nothing,
    ids: nothing,
    clock: nothing,
    logger: nothing,
    clockWatch: nothing,
    egress: nothing,
    findMessage: () => Promise.resolve(null),
    onReachable: () => {},
  });
  return {
    httpRoutes: channels.list.flatMap(({ httpRoutes }) => httpRoutes),
    socketRoute: channels.list.find(({ socketRoute }) => socketRoute)?.socketRoute ?? null,
  };
}

beforeAll(async () => {
  page = await openPage(root, 'docs/threat-model.md');
  web = await startWeb(messageRoutes());
});
afterAll(() => web.stop());

/** The rows whose first cell names ways in, and those that each names. */
const entries = () =>
  page.rows
    .filter(({ name }) => name.startsWith('`'))
    .flatMap((row) =>
      [...(row.cells[0] ?? '').matchAll(/`([^`]+)`/g)].map(([, entry = '']) => ({ entry, who: row.cells[1] ?? '' })),
    );
const listed = (pattern: RegExp) =>
  entries()
    .map(({ entry }) => entry)
    .filter((entry) => pattern.test(entry))
    .toSorted();

/** "GET /api/v1/tasks/{id} viewer": a page that is read is read by HEAD too. */
const routesOf = ({ web: { routes } }: TestWeb) =>
  routes
    .flatMap(({ methods, path, access }) =>
      methods
        .filter((method) => method !== 'HEAD')
        .map((method) => `${method} ${path.replace(/:(\w+)/g, '{$1}')} ${access}`),
    )
    .toSorted();

describe('the threat model lists', () => {
  test('every route there is, with who may call it, and no other', () => {
    const found = routesOf(web);
    expect(found.length).toBeGreaterThan(35);
    const told = entries().filter(({ entry }) => /^[A-Z]+ \//.test(entry));
    expect(told.map(({ entry, who }) => `${entry} ${who}`).toSorted()).toEqual(found);
  });

  test('every address at which a socket opens', () => {
    expect(listed(/^\/\w+$/)).toEqual(web.web.sockets.toSorted());
  });

  test('every channel between processes of the desktop', () => {
    expect(listed(/^clawdbot(?::\w+)?$/)).toEqual([askChannel, portChannel].toSorted());
  });

  test('everything that a window may ask of the shell', () => {
    const operations = Object.keys(desktopContract).map((name) => `desktop.${name}`);
    expect(listed(/^desktop\./)).toEqual(operations.toSorted());
  });

  test('every deep link, and the scheme of our own page', () => {
    const places = DesktopPlace.options.map(({ shape }) => `${linkScheme}://${shape.screen.value}`);
    expect(listed(/^\w+:\/\//)).toEqual([...places, pageOrigin].toSorted());
  });

  test('every command', () => {
    const commands = [...usage.matchAll(/^ {2}clawdbot (\w+)/gm)].map(([, command = '']) => command);
    expect(commands.length).toBeGreaterThanOrEqual(3);
    expect(listed(/^[a-z]{4,10}$/).filter((word) => !/^(?:clawdbot|publish)$/.test(word))).toEqual(commands.toSorted());
  });

  test('every variable of the environment that the product reads', async () => {
    const sources = (await readSources(root, ['src-main'])).filter((source) => !isTest(source));
    const named = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, name = '']) => name);
    const read = sources.flatMap(({ text }) => [
      ...named(text, /\benv(?:\.|\[')([A-Z][A-Z0-9_]+)/g),
      // Where a name is looked up that stands elsewhere in the file, as of a list.
      // The codes of our own errors have the same form.
      ...(/\benv\[\w/.test(text)
        ? named(text, /'([A-Z][A-Z0-9]*_[A-Z0-9_]+)'/g).filter((name) => !Object.hasOwn(errorCodes, name))
        : []),
    ]);
    expect(read.length).toBeGreaterThan(8);
    expect(listed(/^[A-Z][A-Z0-9_]+$/)).toEqual([...new Set(read)].toSorted());
  });

  test('the update feed: a package names none', async () => {
    expect(listed(/^publish$/)).toEqual(['publish']);
    expect(parse(await readFile(join(root, 'electron-builder.yml'), 'utf8'))).toMatchObject({ publish: null });
  });
});

test('every way in names what guards it and cites tests that exist', () => {
  const rows = page.rows.filter(({ name }) => name.startsWith('`'));
  expect(rows.length).toBeGreaterThan(25);
  expect(rows.filter(({ cells }) => cells.length !== 4 || cells.some((cell) => cell === ''))).toEqual([]);
  expect(rows.flatMap((row) => faultsOf(row, page.titles))).toEqual([]);
});

test('a route that is planted is missed, and one that is gone too', () => {
  const told = entries().map(({ entry, who }) => `${entry} ${who}`);
  expect(told).not.toContain('POST /api/v1/skills admin');
  expect(routesOf(web).filter((route) => !told.includes(route))).toEqual([]);
  const planted = {
    web: { routes: [...web.web.routes, { methods: ['POST'], path: '/api/v1/skills', access: 'admin' }] },
  };
  expect(routesOf(planted as never).filter((route) => !told.includes(route))).toEqual(['POST /api/v1/skills admin']);
});
