import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { applyMapping, compileMapping } from '../../src-main/core/ingest/mapping/index.ts';
import { allKeyPaths, Config, isSection, knownKeys } from '../../src-main/core/settings/schema.ts';
import { restRoutes } from '../../src-main/transports/rest.ts';
import { Mapping } from '../../src-shared/schema/mapping.ts';

const root = join(import.meta.dirname, '../..');
const languages = ['en', 'zh-CN'] as const;
const folders = ['.', 'docs', 'docs/adr', ...languages.map((language) => `docs/guide/${language}`)];

let pages: ReadonlyMap<string, string>;

beforeAll(async () => {
  const files = await Promise.all(
    folders.map(async (folder) => (await readdir(join(root, folder))).map((name) => join(folder, name))),
  );
  const paths = files.flat().filter((path) => path.endsWith('.md'));
  pages = new Map(
    await Promise.all(paths.map(async (path) => [path, await readFile(join(root, path), 'utf8')] as const)),
  );
});

const page = (path: string): string => {
  const text = pages.get(path);
  if (text === undefined) throw new Error(`there is no page ${path}`);
  return text;
};
const guidePage = (language: string, name: string) => page(join('docs/guide', language, name));

/** What Markdown and the HTML in it point to. */
const targetsOf = (text: string): string[] =>
  [...proseOf(text).matchAll(/\]\(([^)\s]+)\)|\b(?:src|srcset|href)="([^"]+)"/g)].map(
    ([, link, html]) => link ?? html ?? '',
  );

const isFile = (target: string) => !/^(?:https?:|mailto:|#)/.test(target);
const proseOf = (text: string) => text.replace(/^ *```[\s\S]*?^ *```/gm, '').replace(/`[^`\n]*`/g, '');

interface Block {
  language: string;
  text: string;
}
const blocksOf = (text: string): Block[] =>
  [...text.matchAll(/^ *```(\w*)\n([\s\S]*?)^ *```/gm)].map(([, language = '', inside = '']) => ({
    language,
    text: inside,
  }));

/** The skeleton that a page and its twin share: headings by level, tables by rows, code by language, lists by length. */
const shapeOf = (text: string): string[] => {
  const lines = text.replace(/^( *```\w*)\n[\s\S]*?^ *```/gm, '$1').split('\n');
  return lines.flatMap((line) => {
    const mark = /^ *(#+ |```\w*|\||[-*] |\d+\. |> |!\[|<\w+)/.exec(line)?.[1];
    return mark === undefined ? [] : [mark.trim()];
  });
};

describe('every page', () => {
  test('links to files that exist', () => {
    const broken = [...pages].flatMap(([path, text]) =>
      targetsOf(text)
        .filter(isFile)
        .filter((target) => !existsSync(join(root, dirname(path), target.split('#', 1)[0] ?? '')))
        .map((target) => `${path}: ${target}`),
    );
    expect(broken).toEqual([]);
    expect([...pages.values()].flatMap(targetsOf).filter(isFile).length).toBeGreaterThan(50);
  });

  test('that a reader may open is linked from another', () => {
    const linked = new Set(
      [...pages].flatMap(([path, text]) =>
        targetsOf(text).map((target) => relative(root, join(root, dirname(path), target))),
      ),
    );
    const lonely = [...pages.keys()].filter((path) => path !== 'README.md' && !linked.has(path));
    expect(lonely).toEqual([]);
  });
});

describe('Chinese and English', () => {
  test('have the same pages', async () => {
    const [english, chinese] = await Promise.all(languages.map((name) => readdir(join(root, 'docs/guide', name))));
    expect(chinese).toEqual(english);
    expect(english?.length).toBeGreaterThan(5);
  });

  test('say the same things in the same order', () => {
    const names = [...pages.keys()].filter((path) => path.startsWith('docs/guide/en/')).map((path) => path.slice(14));
    for (const name of names) expect(shapeOf(guidePage('zh-CN', name)), name).toEqual(shapeOf(guidePage('en', name)));
    expect(shapeOf(page('README.zh-CN.md'))).toEqual(shapeOf(page('README.md')));
  });
});

describe.each(languages)('the configuration page (%s)', (language) => {
  /** Key and default, as the tables show them. */
  const rows = () =>
    new Map(
      [...guidePage(language, 'configuration.md').matchAll(/^\| `([\w.[\]]+)` \| ([^|]+) \|/gm)].map(
        ([, key = '', value = '']) => [key, value.trim()] as const,
      ),
    );

  test('has every key and no other', () => {
    const items = (path: string, at: (string | number)[]) => knownKeys(at).map((key) => `${path}.${key}`);
    const known = [
      ...allKeyPaths()
        .filter((path) => !isSection(path))
        .map((path) => path.join('.')),
      ...items('models.remote[]', ['models', 'remote', 0]),
      ...items('platforms.webhook.endpoints[]', ['platforms', 'webhook', 'endpoints', 0]),
      ...items('mappings.NAME', ['mappings', 'NAME']),
      ...items('mappings.NAME.attachments', ['mappings', 'NAME', 'attachments']),
    ];
    expect([...rows().keys()].sort()).toEqual(known.sort());
  });

  test('shows the defaults that hold', () => {
    const defaults = Config.parse({});
    const wrong = allKeyPaths().flatMap((path) => {
      const shown = rows().get(path.join('.'));
      const value = path.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | null)?.[key], defaults);
      if (shown === undefined || value === undefined) return [];
      return JSON.stringify(parse(shown.replaceAll('`', ''))) === JSON.stringify(value)
        ? []
        : [`${path.join('.')}: ${shown}`];
    });
    expect(wrong).toEqual([]);
  });
});

describe.each(languages)('the examples (%s)', (language) => {
  test('of a mapping give the message that is shown', () => {
    const [, mappingSection = ''] = guidePage(language, 'webhook.md').split(/^## (?:Mappings|映射)$/m);
    const blocks = blocksOf(mappingSection);
    const [payload, message] = blocks
      .filter(({ language: kind }) => kind === 'json')
      .map(({ text }) => JSON.parse(text));
    const mapping = parse(blocks.find(({ language: kind }) => kind === 'yaml')?.text ?? '').mappings.alerts;
    expect(applyMapping(compileMapping(Mapping.parse(mapping)), payload)).toEqual({ message, problems: [] });
  });

  test('of a configuration are valid', () => {
    const configurations = [...pages]
      .filter(([path]) => path.startsWith(`docs/guide/${language}/`))
      .flatMap(([, text]) => blocksOf(text))
      .filter(({ language: kind }) => kind === 'yaml');
    expect(configurations.length).toBeGreaterThan(2);
    for (const { text } of configurations) expect(Config.safeParse(parse(text)).error?.issues).toBeUndefined();
  });

  test('of JSON are JSON', () => {
    const texts = [...pages.values()].flatMap(blocksOf).filter(({ language: kind }) => kind === 'json');
    for (const { text } of texts) expect(() => JSON.parse(text), text).not.toThrow();
  });
});

test.each(languages)('the list of calls (%s) has every operation', (language) => {
  const text = guidePage(language, 'rest-and-socket.md');
  const missing = [...new Set(restRoutes().map(({ path }) => path))].filter(
    (path) => !new RegExp(`${escape(path)}[\`?]`).test(text),
  );
  expect(missing).toEqual([]);
});

const escape = (text: string) => text.replaceAll(/[{}/.]/g, '\\$&');

test('every decision says its context, what was decided and what follows, and is listed', () => {
  const decisions = [...pages].filter(([path]) => /^docs\/adr\/\d{4}-/.test(path));
  expect(decisions.length).toBeGreaterThan(0);
  for (const [path, text] of decisions) {
    expect(text.match(/^## .+$/gm), path).toEqual(['## Context', '## Decision', '## Consequences']);
    expect(page('docs/adr/README.md')).toContain(`(${path.slice(9)})`);
  }
});
