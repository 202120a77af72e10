import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { seconds } from './process.ts';
import { at, requireNode24, root } from './project.ts';
import { buildPart, isFresh, type Part } from './stamp.ts';

interface BuildPart extends Part {
  name: string;
  folder: string;
  build(): Promise<unknown>;
}

const common = [at('package-lock.json'), at('tsconfig.base.json'), at('src-shared')];

const parts: readonly BuildPart[] = [
  {
    name: 'renderer',
    inputs: [...common, at('src-renderer')],
    outputs: [at('dist/renderer/index.html')],
    stamp: at('dist/.stamps/renderer'),
    folder: at('dist/renderer'),
    // Bundlers are loaded when there is something to build: a start with nothing to do takes 0.1 s less.
    build: async () =>
      (await import('vite')).build({ configFile: at('src-renderer/vite.config.ts'), logLevel: 'warn' }),
  },
  {
    name: 'main',
    inputs: [...common, at('src-main'), at('rolldown.config.ts')],
    outputs: [
      ...[
        'headless',
        'desktop',
        'store-worker',
        'keeper-worker',
        'backup-worker',
        'mind-worker',
        'faiss-process',
        'import-worker',
      ].map((entry) => at('dist/main', `${entry}.js`)),
      at('dist/preload/preload.cjs'),
    ],
    stamp: at('dist/.stamps/main'),
    folder: at('dist/main'),
    build: async () =>
      (await import('rolldown')).build(
        (await import('../rolldown.config.ts')).default.map((options) => ({ ...options, cwd: root })),
      ),
  },
];

requireNode24();
process.chdir(root);
process.env.NODE_ENV = 'production';
// `npm start` builds on standard error, because standard output belongs to the product it starts.
const say = process.argv.includes('--stderr') ? console.error : console.log;
const isBuilt = await buildProduct({ force: process.argv.includes('--force'), say });
if (!isBuilt) process.exitCode = 1;

/** Builds the parts whose inputs changed and says what each weighs. Resolves false when a part failed. */
async function buildProduct({ force, say }: { force: boolean; say(line: string): void }): Promise<boolean> {
  let isBuilt = true;
  // One after the other: both take every core.
  for (const part of parts) {
    if (!force && (await isFresh(part))) {
      say(`build  ${part.name}: up to date, ${await weightOf(part.folder)}`);
      continue;
    }
    try {
      const tookMs = await buildOne(part);
      say(`build  ${part.name}: ${seconds(tookMs)}, ${await weightOf(part.folder)}`);
    } catch (error) {
      // The bundlers colour their errors even where nobody sees colours.
      const reason = stripVTControlCharacters(error instanceof Error ? error.message : String(error));
      say(`build  ${part.name}: FAILED\n${reason}`);
      isBuilt = false;
    }
  }
  return isBuilt;
}

async function buildOne(part: BuildPart): Promise<number> {
  const started = performance.now();
  await buildPart(part, async () => void (await part.build()));
  return performance.now() - started;
}

async function weightOf(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(file.parentPath, file.name))).size));
  const kilobytes = sizes.reduce((sum, size) => sum + size, 0) / 1000;
  return `${folder.slice(root.length + 1)}, ${files.length} files, ${kilobytes.toFixed(0)} kB`;
}
