import { builtinModules } from 'node:module';
import type { BuildOptions } from 'rolldown';

/** Stays outside the bundle: Node itself, Electron, and the packages that have a binary beside them. */
const external = [/^node:/, ...builtinModules, 'better-sqlite3', 'electron', 'faiss-node'];

// One flat folder: `workerFile` in core/foundation looks for a worker beside the file that asks for it.
const main: BuildOptions = {
  input: {
    headless: 'src-main/hosts/headless/main.ts',
    desktop: 'src-main/hosts/electron/main.ts',
    'store-worker': 'src-main/core/store/sqlite/worker.ts',
    'keeper-worker': 'src-main/core/store/sqlite/keeper-worker.ts',
    'backup-worker': 'src-main/core/store/sqlite/backup-worker.ts',
    'mind-worker': 'src-main/core/assistant/worker.ts',
    'faiss-process': 'src-main/core/memory/vectors/faiss/process.ts',
    'import-worker': 'src-main/core/transfer/worker.ts',
  },
  platform: 'node',
  external,
  output: {
    dir: 'dist/main',
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunk-[name]-[hash].js',
    cleanDir: true,
    // Minified, the product is ready no sooner (median of nine interleaved starts on a busy machine: 606 ms, plain
    // 503 ms), and its stack traces lose their names.
    minify: false,
    sourcemap: false,
  },
};

// A sandboxed preload script can require nothing but electron, so it is one CommonJS file with everything in it.
export const preload: BuildOptions = {
  input: { preload: 'src-main/hosts/electron/preload/preload.ts' },
  platform: 'browser',
  external: ['electron'],
  output: { dir: 'dist/preload', format: 'cjs', entryFileNames: '[name].cjs', cleanDir: true },
};

export default [main, preload];
