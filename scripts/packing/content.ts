import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { extractFile, getRawHeader } from '@electron/asar';

export interface PackedFile {
  path: string;
  /** Beside the archive and not in it: what the system itself loads cannot come out of an archive. */
  unpacked: boolean;
  size: number;
}

export interface Target {
  platform: 'linux' | 'win32' | 'darwin';
  arch: 'x64' | 'arm64';
}

/** What may be in the archive, by list. Everything else is a fault, whatever it is. */
const allowed: readonly RegExp[] = [
  /^package\.json$/,
  /^dist\/main\/(?:[a-z-]+|chunk-[\w-]+)\.js$/,
  /^dist\/preload\/preload\.cjs$/,
  /^dist\/renderer\/(?:index\.html|icon\.svg|assets\/[\w.-]+\.(?:js|css|svg|woff2))$/,
  /^node_modules\/better-sqlite3\/(?:package\.json|LICENSE)$/,
  /^node_modules\/better-sqlite3\/lib\/(?:methods\/)?[a-z][a-z-]*\.js$/,
];

/** The natives of a target: all of them, and none of another. */
const nativesOf = ({ platform, arch }: Target): string[] => [
  `node_modules/better-sqlite3/prebuilds/${platform}-${arch}.node`,
];

/** A package loads its native through a small file of the platform's name. */
const loadersOf = ({ platform, arch }: Target): string[] => [`node_modules/better-sqlite3/lib/${platform}-${arch}.js`];

/** Everything wrong with the files of a packed archive, in words; none when it is as it should be. */
export function contentFaults(files: readonly PackedFile[], target: Target, { entry }: { entry: string }): string[] {
  const natives = nativesOf(target);
  const loaders = loadersOf(target);
  const required = [
    'package.json',
    entry,
    // The packed program without a window is what can be tried where no Electron runs.
    'dist/main/headless.js',
    'dist/main/store-worker.js',
    'dist/main/keeper-worker.js',
    'dist/main/backup-worker.js',
    'dist/main/mind-worker.js',
    'dist/main/faiss-process.js',
    'dist/main/import-worker.js',
    'dist/renderer/index.html',
    'node_modules/better-sqlite3/package.json',
    'node_modules/better-sqlite3/LICENSE',
    ...natives,
    ...loaders,
    // A desktop entry opens windows, and a window without its preload script is an empty page.
    ...(entry === 'dist/main/headless.js' ? [] : ['dist/preload/preload.cjs']),
  ];
  const paths = new Set(files.map(({ path }) => path));
  const isListed = (path: string): boolean =>
    natives.includes(path) || loaders.includes(path) || allowed.some((pattern) => pattern.test(path));
  return [
    ...required.filter((path) => !paths.has(path)).map((path) => `${path} is missing`),
    ...files.filter(({ path }) => !isListed(path)).map(({ path }) => `${path} does not belong here`),
    ...files
      .filter(({ path, unpacked }) => unpacked !== natives.includes(path))
      .map(({ path, unpacked }) => `${path} is ${unpacked ? 'beside' : 'inside'} the archive`),
    ...files.filter(({ path, size }) => size === 0 && path !== entry).map(({ path }) => `${path} is empty`),
  ];
}

/** As the bundler writes it: one flat folder, double quotes. Comments that it kept name types in single ones. */
const importOf = /\b(?:from|import)\s*\(?\s*"(\.\/[\w-]+\.js)"/g;
/** A thread's file lies beside whoever starts it. */
// `toExecute` is the thread of pino's transports, which come bundled with it; our logger has none.
const threadOf = /\bnew Worker\((?!toExecute,)\s*(?:workerFile\(import\.meta\.url, "[^"]*", "(\.\/[\w-]+\.js)"\))?/g;

/** What a bundled script imports, and the files of the threads that it starts; null for a thread of some other place. */
function partsOf(text: string): { imports: string[]; threads: (string | null)[] } {
  return {
    imports: [...text.matchAll(importOf)].map(([, path]) => path ?? ''),
    threads: [...text.matchAll(threadOf)].map(([, path]) => path ?? null),
  };
}

/**
 * What a packed script imports or starts as a thread, and does not find beside itself in the archive. Electron reads
 * archives in threads as in its main process, so what they run stays where the archive's hashes cover it.
 */
export function missingParts(scripts: ReadonlyMap<string, string>): string[] {
  return [...scripts].flatMap(([script, text]) => {
    const { imports, threads } = partsOf(text);
    const besides = (path: string) => posix.join(posix.dirname(script), path);
    return [
      ...[...imports, ...threads.filter((path) => path !== null)]
        .map(besides)
        .filter((path) => !scripts.has(path))
        .map((path) => `${script} needs ${path}, which is not in the archive`),
      ...threads.filter((path) => path === null).map(() => `${script} starts a thread from a place that is not known`),
    ];
  });
}

interface Entry {
  files?: Record<string, Entry>;
  integrity?: { algorithm: string; hash: string };
  size?: number;
  unpacked?: boolean;
  link?: string;
}

export const filesOf = (archive: string): PackedFile[] =>
  entriesOf(archive).map(([path, { unpacked = false, size = 0 }]) => ({ path, unpacked, size }));

/** The scripts of the main process and of its threads, out of the archive. */
export const scriptsOf = (archive: string): Map<string, string> =>
  new Map(
    filesOf(archive)
      .filter(({ path, unpacked }) => /^dist\/main\/[\w-]+\.js$/.test(path) && !unpacked)
      .map(({ path }) => [path, extractFile(archive, path).toString('utf8')]),
  );

/** The files whose content is not what the archive's header says of them: that is what Electron checks as it reads. */
export const filesOfOtherContent = (archive: string): string[] =>
  entriesOf(archive)
    .filter(([path, { integrity }]) => {
      const content = createHash('sha256').update(extractFile(archive, path)).digest('hex');
      return integrity?.algorithm !== 'SHA256' || integrity.hash !== content;
    })
    .map(([path]) => path);

/** Throws on a link: nothing we pack is one, and a link can lead out. */
function entriesOf(archive: string): [string, Entry][] {
  const found: [string, Entry][] = [];
  const walk = (entry: Entry, path: string): void => {
    if (entry.link !== undefined) throw new Error(`${path} is a link to ${entry.link}`);
    if (!entry.files) found.push([path, entry]);
    for (const [name, child] of Object.entries(entry.files ?? {})) walk(child, path === '' ? name : `${path}/${name}`);
  };
  walk(getRawHeader(archive).header as Entry, '');
  return found;
}

/** What Electron compares before it reads the archive: the hash of its header, which holds the hash of each file. */
export const headerHash = (archive: string): string =>
  createHash('sha256').update(getRawHeader(archive).headerString).digest('hex');
