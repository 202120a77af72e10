import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of the checkout; every script works from here, wherever it was called. */
export const root = join(import.meta.dirname, '..');

export const at = (...path: string[]) => join(root, ...path);

/** A program of node_modules as arguments for Node itself: no shell, no .cmd shim, and always the Node of this process. */
export const tools = {
  biome: at('node_modules/@biomejs/biome/bin/biome'),
  knip: at('node_modules/knip/bin/knip.js'),
  oxlint: at('node_modules/oxlint/bin/oxlint'),
  playwright: at('node_modules/@playwright/test/cli.js'),
  tsc: at('node_modules/@typescript/native/bin/tsc'),
  vitest: at('node_modules/vitest/vitest.mjs'),
} as const;

/**
 * For a Node that runs our sources in worker threads. Node strips their types with WebAssembly, whose import wrappers V8
 * compiles anew after 1,000 calls; when one thread frees such a wrapper while another looks it up, the process ends with
 * SIGSEGV (seen about once in 30 runs of the store's tests). Wrappers that stay as they are are not freed.
 */
export const sourceFlags: readonly string[] = ['--wasm-wrapper-tiering-budget=1000000000'];

/** Ends with one sentence on a Node that would fail later and with worse words. */
export function requireNode24(): void {
  const major = Number.parseInt(process.versions.node, 10);
  if (major >= 24 && existsSync(at('node_modules'))) return;
  console.error(
    major < 24
      ? `Clawdbot is built and tested with Node 24 and this is ${process.version}. Run it through npm (npm ci, then npm test); where npm ci brings no Node of its own, install Node 24 from https://nodejs.org.`
      : 'The packages are not installed; run: npm ci',
  );
  process.exit(1);
}
