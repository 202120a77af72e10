// The pages that go with the packed product: what its READMEs lead to, and no link that leads nowhere.
import { copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

const starts = ['README.md', 'README.zh-CN.md', 'CHANGELOG.md', 'LICENSE'];
/** Pages at the top and everything under docs; sources and tests do not come along. */
const carried = /^(?:LICENSE|[\w.-]+\.md|docs\/.+)$/;
/** Code is matched first, and left alone. */
const linkPattern =
  /^ *```[\s\S]*?^ *```|(?<label>!?\[(?<text>[^\]]*)\])\((?<page>[^)\s]+)\)|`[^`\n]*`|\b(?:src|srcset|href)="(?<file>[^"]+)"/gm;

/** Copies the pages and pictures that a reader can reach from the READMEs. A link to what is not carried becomes plain text. */
export async function copyPages(from: string, to: string): Promise<{ files: number; bytes: number }> {
  const reached = new Set(starts);
  let bytes = 0;
  // A set that grows while it is walked: each page adds what it leads to.
  for (const path of reached) {
    await mkdir(dirname(join(to, path)), { recursive: true });
    if (path.endsWith('.md')) {
      const text = await readFile(join(from, path), 'utf8');
      for (const target of targetsOf(text).map((link) => resolved(path, link))) {
        if (carried.test(target) && (await isFile(join(from, target)))) reached.add(target);
      }
      await writeFile(join(to, path), withoutLinksOut(text, path));
    } else await copyFile(join(from, path), join(to, path));
    bytes += (await stat(join(to, path))).size;
  }
  return { files: reached.size, bytes };
}

/** Every relative link of the packed pages that leads nowhere, as `page: link`. */
export async function brokenLinks(folder: string, path = 'README.md', seen = new Set<string>()): Promise<string[]> {
  seen.add(path);
  const broken: string[] = [];
  for (const link of targetsOf(await readFile(join(folder, path), 'utf8'))) {
    const target = resolved(path, link);
    if (!(await exists(join(folder, target)))) broken.push(`${path}: ${link}`);
    else if (target.endsWith('.md') && !seen.has(target)) broken.push(...(await brokenLinks(folder, target, seen)));
  }
  return broken;
}

/** The files that Markdown and the HTML in it point to. */
function targetsOf(text: string): string[] {
  return [...text.matchAll(linkPattern)]
    .map(({ groups }) => groups?.['page'] ?? groups?.['file'])
    .filter((link) => link !== undefined)
    .filter(isRelative);
}

const isRelative = (link: string): boolean => !/^(?:[a-z]+:|#)/.test(link);

/** Where a link of a page leads, from the top. */
const resolved = (page: string, link: string): string =>
  relative('/', join('/', dirname(page), link.split('#', 1)[0] ?? '')).replaceAll('\\', '/');

function withoutLinksOut(text: string, path: string): string {
  return text.replace(linkPattern, (...found) => {
    const [whole, groups] = [String(found[0]), found.at(-1) as Record<string, string | undefined>];
    const { text: label = '', page } = groups;
    return page === undefined || !isRelative(page) || carried.test(resolved(path, page)) ? whole : label;
  });
}

const isFile = (path: string): Promise<boolean> => looksAt(path, (info) => info.isFile());
const exists = (path: string): Promise<boolean> => looksAt(path, () => true);

async function looksAt(path: string, holds: (info: Awaited<ReturnType<typeof stat>>) => boolean): Promise<boolean> {
  try {
    return holds(await stat(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
