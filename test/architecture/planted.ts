import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { rules } from './boundaries.ts';

/** One broken rule: the file that breaks it and what it imports. */
export interface Plant {
  rule: string;
  from: string;
  to: string;
}

const packages = [
  'better-sqlite3',
  'onnxruntime-node',
  'usearch',
  'fastify',
  'ws',
  '@orpc/server',
  'jose',
  'pino',
  'ulid',
  'yaml',
  'react',
  'zod',
  'electron',
];

/** Small trees obey every rule, so that whatever is found in one was planted there. */
const lawful: Record<string, string> = {
  'src-shared/schema/index.ts': "import * as z from 'zod';\nexport const Name = z;\n",
  'src-shared/contract/index.ts': "export { Name } from '../schema/index.ts';\n",
  'src-main/core/foundation/clock.ts': 'export const clock = 1;\n',
  'src-main/core/app.ts': features()
    .map((feature) => `import './${feature}/index.ts';\n`)
    .join(''),
  ...Object.fromEntries(
    features().map((feature) => [
      `src-main/core/${feature}/index.ts`,
      "import './inside.ts';\nexport const door = 1;\n",
    ]),
  ),
  ...Object.fromEntries(
    features().map((feature) => [
      `src-main/core/${feature}/inside.ts`,
      "import '../foundation/clock.ts';\nexport const inside = 1;\n",
    ]),
  ),
  'src-main/core/store/index.ts': "import 'better-sqlite3';\nexport const door = 1;\n",
  'src-main/core/foundation/inside.ts': 'export const inside = 1;\n',
  'src-main/api/index.ts': "import '../../src-shared/contract/index.ts';\nexport const api = 1;\n",
  'src-main/transports/index.ts': "import 'fastify';\nimport '../api/index.ts';\nexport const transport = 1;\n",
  'src-main/hosts/shared/product.ts':
    "import '../../core/app.ts';\nimport '../../transports/index.ts';\nexport const product = 1;\n",
  'src-main/hosts/headless/main.ts': "import '../shared/product.ts';\nexport const host = 1;\n",
  'src-main/hosts/electron/main.ts': "import 'electron';\nimport '../shared/product.ts';\nexport const host = 1;\n",
  'src-renderer/api/index.ts': "import '../../src-shared/contract/index.ts';\nexport const data = 1;\n",
  'src-renderer/components/button.tsx': "import 'react';\nexport const button = 1;\n",
  'src-renderer/screens/chat/index.tsx': "import '../../components/button.tsx';\nexport const chat = 1;\n",
  'src-renderer/screens/board/index.tsx': "import '../../api/index.ts';\nexport const board = 1;\n",
  'test/fakes/clock.ts': 'export const fake = 1;\n',
};

function features(): string[] {
  return rules.order.flat();
}

/** For each feature an import of one that stands above it, or beside it. */
const orderPlants: Plant[] = rules.order.slice(0, -1).flatMap((level, index) =>
  level.map((feature) => {
    const forbidden = level.find((other) => other !== feature) ?? rules.order[index + 1]?.[0];
    return {
      rule: `core-order-${feature}`,
      from: `src-main/core/${feature}/planted.ts`,
      to: `../${forbidden}/index.ts`,
    };
  }),
);

const packagePlants: Plant[] = [
  { rule: 'one-home-for-better-sqlite3', from: 'src-main/core/memory/planted.ts', to: 'better-sqlite3' },
  { rule: 'one-home-for-kysely', from: 'src-main/core/memory/planted.ts', to: 'pg' },
  { rule: 'one-home-for-onnxruntime-node', from: 'src-main/core/memory/planted.ts', to: 'onnxruntime-node' },
  { rule: 'one-home-for-usearch', from: 'src-main/core/engine/planted.ts', to: 'usearch' },
  { rule: 'one-home-for-fastify', from: 'src-main/hosts/headless/planted.ts', to: 'ws' },
  { rule: 'one-home-for-orpc', from: 'src-main/core/ingest/planted.ts', to: '@orpc/server' },
  { rule: 'one-home-for-jose', from: 'src-main/transports/planted.ts', to: 'jose' },
  { rule: 'one-home-for-pino', from: 'src-main/hosts/headless/planted.ts', to: 'pino' },
  { rule: 'one-home-for-ulid', from: 'src-main/core/ingest/planted.ts', to: 'ulid' },
  { rule: 'one-home-for-yaml', from: 'src-main/core/ingest/planted.ts', to: 'yaml' },
  { rule: 'one-home-for-react', from: 'src-shared/planted.ts', to: 'react' },
];

export const plants: readonly Plant[] = [
  ...orderPlants,
  ...packagePlants,
  { rule: 'no-cycles', from: 'src-main/core/tasks/inside.ts', to: './index.ts' },
  { rule: 'electron-only-in-its-host', from: 'src-main/hosts/headless/planted.ts', to: 'electron' },
  { rule: 'shared-is-pure', from: 'src-shared/schema/planted.ts', to: 'node:fs' },
  { rule: 'schema-below-contract', from: 'src-shared/schema/planted.ts', to: '../contract/index.ts' },
  {
    rule: 'renderer-reaches-main-by-contract',
    from: 'src-renderer/api/planted.ts',
    to: '../../src-main/core/foundation/clock.ts',
  },
  {
    rule: 'main-never-imports-renderer',
    from: 'src-main/api/planted.ts',
    to: '../../src-renderer/components/button.tsx',
  },
  { rule: 'renderer-has-no-node', from: 'src-renderer/components/planted.tsx', to: 'node:path' },
  { rule: 'core-knows-no-outside', from: 'src-main/core/tasks/planted.ts', to: '../../api/index.ts' },
  { rule: 'foundation-is-the-floor', from: 'src-main/core/foundation/planted.ts', to: '../../api/index.ts' },
  { rule: 'features-meet-at-the-door', from: 'src-main/core/memory/planted.ts', to: '../store/inside.ts' },
  { rule: 'core-is-entered-by-its-doors', from: 'src-main/api/planted.ts', to: '../core/store/inside.ts' },
  { rule: 'only-app-wires', from: 'src-main/core/assistant/planted.ts', to: '../app.ts' },
  { rule: 'api-below-transports', from: 'src-main/api/planted.ts', to: '../transports/index.ts' },
  { rule: 'transports-carry-only', from: 'src-main/transports/planted.ts', to: '../core/memory/index.ts' },
  { rule: 'hosts-are-leaves', from: 'src-main/api/planted.ts', to: '../hosts/headless/main.ts' },
  { rule: 'hosts-do-not-mix', from: 'src-main/hosts/headless/planted.ts', to: '../electron/main.ts' },
  { rule: 'shared-host-code-knows-no-host', from: 'src-main/hosts/shared/planted.ts', to: '../headless/main.ts' },
  { rule: 'screens-do-not-mix', from: 'src-renderer/screens/chat/planted.tsx', to: '../board/index.tsx' },
  { rule: 'components-are-presentational', from: 'src-renderer/components/planted.tsx', to: '../api/index.ts' },
  { rule: 'no-test-code-in-product', from: 'src-main/api/planted.ts', to: '../../test/fakes/clock.ts' },
  { rule: 'declared-dependencies', from: 'src-main/api/planted.ts', to: 'undeclared' },
  { rule: 'imports-resolve', from: 'src-main/api/planted.ts', to: './nowhere.ts' },
];

/** Writes a lawful tree below `folder`, with the plants in it. */
export async function writeTree(folder: string, planted: readonly Plant[]): Promise<void> {
  const dependencies = Object.fromEntries(packages.map((name) => [name, '1.0.0']));
  const files: Record<string, string> = {
    ...lawful,
    'package.json': JSON.stringify({ name: 'planted', type: 'module', dependencies }),
  };
  for (const name of [...packages, 'undeclared']) {
    files[`node_modules/${name}/package.json`] = JSON.stringify({ name, version: '1.0.0', main: 'index.js' });
    files[`node_modules/${name}/index.js`] = 'module.exports = {};\n';
  }
  for (const { from, to } of planted) files[from] = `${files[from] ?? ''}import '${to}';\nexport const planted = 1;\n`;
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}
