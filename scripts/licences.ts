import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { at } from './project.ts';

export interface LockedPackage {
  version?: string;
  license?: string;
  dependencies?: Record<string, string>;
}

type Lock = Record<string, LockedPackage>;

export interface ShippedPackage {
  /** Where it lies, from the top of the checkout. */
  path: string;
  name: string;
  version: string;
  license: string | undefined;
}

/** Used where somebody has built it, and never packed: scripts/build-faiss.ts. */
const notShipped = new Set(['faiss-node']);

/** Every package whose code reaches the user: bundled by us, or packed as it is. */
export async function shippedPackages(): Promise<ShippedPackage[]> {
  const { packages } = JSON.parse(await readFile(at('package-lock.json'), 'utf8')) as { packages: Lock };
  const imported = (await Promise.all(['src-shared', 'src-main', 'src-renderer'].map(importedPackages))).flat();
  const roots = new Set([
    ...imported.filter((name) => !notShipped.has(name)),
    ...Object.keys(packages['']?.dependencies ?? {}),
  ]);
  return [...closure(packages, roots)].sort().map((path) => ({
    path,
    name: path.replace(/^.*node_modules\//, ''),
    version: packages[path]?.version ?? '',
    license: packages[path]?.license,
  }));
}

/** The licences of all that in one text. Throws when a package has none to show. */
export async function bundledLicences(): Promise<string> {
  const texts: string[] = [];
  for (const { path, name, version, license } of await shippedPackages()) {
    texts.push(`${name} ${version} (${license ?? 'see below'})\n\n${await licenceText(path, license)}`);
  }
  return `${texts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}
/** The names of the packages that a folder's product code imports. */
async function importedPackages(folder: string): Promise<string[]> {
  const entries = await readdir(at(folder), { recursive: true, withFileTypes: true });
  const files = entries.filter(
    (entry) => entry.isFile() && /\.(tsx?|css)$/.test(entry.name) && !/\.(test|config)\./.test(entry.name),
  );
  const texts = await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'utf8')));
  return texts.flatMap((text) =>
    [...text.matchAll(/(?:from|import)\s*\(?\s*['"]((?:@[\w-]+\/)?[\w][\w.-]*)/g)]
      .map(([, name]) => name)
      .filter((name) => name !== undefined),
  );
}

/** Those packages and all that they depend on, as places in the lockfile. Names of Node's own modules lead nowhere. */
function closure(lock: Lock, names: Iterable<string>): Set<string> {
  const found = new Set<string>();
  const queue = [...names].map((name) => ({ name, from: '' }));
  for (let next = queue.pop(); next; next = queue.pop()) {
    const path = resolve(lock, next.from, next.name);
    if (path === null || found.has(path)) continue;
    found.add(path);
    queue.push(...Object.keys(lock[path]?.dependencies ?? {}).map((name) => ({ name, from: path })));
  }
  return found;
}

/** Where Node would find the package: in the asking package's own node_modules, else in each folder above. */
function resolve(lock: Lock, from: string, name: string): string | null {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (path in lock) return path;
    if (folder === '') return null;
  }
}

async function licenceText(path: string, license: string | undefined): Promise<string> {
  const files = await readdir(at(path));
  const file = files.find((name) => /^(licen[cs]e|copying)/i.test(name));
  if (file) return (await readFile(at(path, file), 'utf8')).trim();
  if (license) return `The package carries no text of its own; it is published under ${license}.`;
  throw new Error(`${path} is bundled and has no licence`);
}
