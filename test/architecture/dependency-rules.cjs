// Who may import whom. Each rule says what it protects; docs/architecture.md draws the same picture.
// Read by boundaries.ts, and by hand with: npx depcruise -c test/architecture/dependency-rules.cjs src-shared src-main src-renderer
const isTest = '\\.test\\.tsx?$';

/** The features of core from the ground up. A feature imports only what stands in a line above its own. */
const order = [
  ['foundation'],
  ['language'],
  ['store'],
  ['settings', 'monitor'],
  ['access'],
  ['engine'],
  ['memory'],
  ['ingest', 'tasks', 'transfer', 'backup', 'workflows', 'skills'],
  ['assistant'],
];
const orderInCore = order.slice(0, -1).flatMap((level, index) =>
  level.map((feature) => ({
    name: `core-order-${feature}`,
    severity: 'error',
    comment: `${feature} stands below these or beside them; what both need belongs further down.`,
    from: { path: `^src-main/core/${feature}/`, pathNot: isTest },
    to: {
      path: `^src-main/core/(${order
        .slice(index)
        .flat()
        .filter((other) => other !== feature)
        .join('|')})/`,
    },
  })),
);

/** A package that shapes the design is imported in one place, so replacing it is a local change. */
const homes = {
  'better-sqlite3': '^src-main/core/store/',
  'kysely|pg|mysql2': '^src-main/core/store/',
  'onnxruntime-node|koffi': '^src-main/core/engine/',
  'usearch|faiss-node': '^src-main/core/memory/',
  'fastify|@fastify|ws': '^src-main/(transports|core/ingest)/',
  '@orpc': '^(src-shared/contract|src-main/(api|transports)|src-renderer/api)/',
  jose: '^src-main/core/access/',
  pino: '^src-main/core/foundation/',
  ulid: '^src-main/core/foundation/',
  yaml: '^src-main/core/settings/',
  'react|react-dom|react-aria-components|react-i18next|i18next|@tanstack|lucide-react|virtua': '^src-renderer/',
};
const oneHomePerPackage = Object.entries(homes).map(([name, home]) => ({
  name: `one-home-for-${name.split('|')[0].replace(/\W+/g, '-').replace(/^-/, '')}`,
  severity: 'error',
  from: { path: '^src-', pathNot: [home, isTest] },
  to: { path: `^(node_modules/)?(@types/)?(${name})(/|$)` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...orderInCore,
    ...oneHomePerPackage,
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'A cycle means two modules are one module; move the shared part down.',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'electron-only-in-its-host',
      severity: 'error',
      comment: 'The core, API and transports must start under plain Node.',
      from: { pathNot: '^(src-main/hosts/electron|test/e2e)/' },
      to: { path: '^(node_modules/)?(electron|electron-updater)(/|$)' },
    },
    {
      name: 'shared-is-pure',
      severity: 'error',
      comment: 'src-shared is loaded by a browser and by Node: only itself, zod and the contract builder.',
      from: { path: '^src-shared/', pathNot: isTest },
      to: { pathNot: '^(src-shared/|node_modules/(zod|@orpc/(contract|shared|client))/)' },
    },
    {
      name: 'schema-below-contract',
      severity: 'error',
      comment: 'Nouns do not know the operations on them.',
      from: { path: '^src-shared/schema/' },
      to: { path: '^src-shared/contract/' },
    },
    {
      name: 'renderer-reaches-main-by-contract',
      severity: 'error',
      comment: 'The renderer knows operations, not implementations; types included.',
      from: { path: '^src-renderer/' },
      to: { path: '^src-main/' },
    },
    {
      name: 'main-never-imports-renderer',
      severity: 'error',
      from: { path: '^src-main/' },
      to: { path: '^src-renderer/' },
    },
    {
      name: 'renderer-has-no-node',
      severity: 'error',
      comment: 'The same bundle runs in a browser tab.',
      from: { path: '^src-renderer/', pathNot: ['vite\\.config\\.ts$', isTest] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'core-knows-no-outside',
      severity: 'error',
      comment: 'Core is below the API: it serves whoever calls it and never sees a socket, a route or a window.',
      from: { path: '^src-main/core/' },
      to: { path: '^src-main/(api|transports|hosts)/' },
    },
    {
      name: 'foundation-is-the-floor',
      severity: 'error',
      from: { path: '^src-main/core/foundation/' },
      to: { path: '^src-main/', pathNot: '^src-main/core/foundation/' },
    },
    {
      name: 'features-meet-at-the-door',
      severity: 'error',
      comment: 'Another feature is used through its index.ts, so its inside can change freely.',
      from: { path: '^src-main/core/([^/]+)/' },
      to: {
        path: '^src-main/core/[^/]+/',
        pathNot: ['^src-main/core/($1|foundation)/', '^src-main/core/[^/]+/index\\.ts$'],
      },
    },
    {
      name: 'core-is-entered-by-its-doors',
      severity: 'error',
      comment: 'Whoever is no feature, app.ts included, uses a feature through its index.ts too.',
      from: { path: '^src-main/', pathNot: ['^src-main/core/[^/]+/', isTest] },
      to: {
        path: '^src-main/core/[^/]+/',
        pathNot: ['^src-main/core/foundation/', '^src-main/core/[^/]+/index\\.ts$'],
      },
    },
    {
      name: 'only-app-wires',
      severity: 'error',
      comment: 'app.ts is the one place that constructs services; nothing in core imports it back.',
      from: { path: '^src-main/core/.+/' },
      to: { path: '^src-main/core/app\\.ts$' },
    },
    {
      name: 'api-below-transports',
      severity: 'error',
      comment: 'An operation is the same whoever carries it.',
      from: { path: '^src-main/api/' },
      to: { path: '^src-main/transports/' },
    },
    {
      name: 'transports-carry-only',
      severity: 'error',
      comment: 'A transport moves bytes for the router; it has no feature knowledge.',
      from: { path: '^src-main/transports/', pathNot: isTest },
      to: { path: '^src-main/(core|hosts)/', pathNot: '^src-main/core/foundation/' },
    },
    {
      name: 'hosts-are-leaves',
      severity: 'error',
      from: { path: '^src-', pathNot: '^src-main/hosts/' },
      to: { path: '^src-main/hosts/' },
    },
    {
      name: 'hosts-do-not-mix',
      severity: 'error',
      comment: 'What two hosts need stands in hosts/shared.',
      from: { path: '^src-main/hosts/([^/]+)/' },
      to: { path: '^src-main/hosts/', pathNot: '^src-main/hosts/($1|shared)/' },
    },
    {
      name: 'shared-host-code-knows-no-host',
      severity: 'error',
      from: { path: '^src-main/hosts/shared/' },
      to: { path: '^src-main/hosts/', pathNot: '^src-main/hosts/shared/' },
    },
    {
      name: 'screens-do-not-mix',
      severity: 'error',
      comment: 'Shared interface parts live in components/, shared data in api/.',
      from: { path: '^src-renderer/screens/([^/]+)/' },
      to: { path: '^src-renderer/screens/', pathNot: '^src-renderer/screens/$1/' },
    },
    {
      name: 'components-are-presentational',
      severity: 'error',
      from: { path: '^src-renderer/components/' },
      to: { path: '^src-renderer/(screens|api|app)/' },
    },
    {
      name: 'no-test-code-in-product',
      severity: 'error',
      from: { path: '^src-', pathNot: isTest },
      to: { path: `(^test/|${isTest})` },
    },
    {
      name: 'declared-dependencies',
      severity: 'error',
      comment: 'Every package is listed in package.json.',
      from: { path: '^src-' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'imports-resolve',
      severity: 'error',
      comment: 'Every import leads somewhere.',
      from: { path: '^src-' },
      to: { couldNotResolve: true, pathNot: '^electron(/|$)' },
    },
  ],
  options: {
    tsPreCompilationDeps: true, // type-only imports count: a type is knowledge too
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
};
module.exports.order = order;
