/** A module whose tests are tested: what is changed in it, and the tests that must notice. */
export interface MutatedModule {
  /** Globs of source files; tests and fixtures beside them are left alone. One that fits nothing is said, and no failure. */
  sources: readonly string[];
  /** Globs of tests that run in this process: a changed line is not there in a program that a test starts. */
  tests: readonly string[];
}

/**
 * Where a line that nobody tests would let somebody in. To add a module, give it a name here: `npm run mutate -- NAME` then
 * runs it, and a row `bench('mutation', NAME)` in the catalogue shows its score.
 */
export const mutatedModules: Readonly<Record<string, MutatedModule>> = {
  signature: {
    sources: [
      'src-main/core/ingest/signature.ts',
      'src-main/core/ingest/channels/webhook/delivery-key.ts',
      'src-main/core/foundation/{digest,hmac,strict-json}.ts',
    ],
    tests: [
      'src-main/core/ingest/signature.test.ts',
      'src-main/core/ingest/channels/webhook/delivery-key.test.ts',
      'src-main/core/foundation/{digest,hmac,strict-json}.test.ts',
    ],
  },
  policy: {
    sources: [
      'src-main/transports/{guard,http-access}.ts',
      'src-main/api/implementation.ts',
      'src-main/core/access/failure-limiter.ts',
      'src-main/core/foundation/address.ts',
      'src-shared/schema/access.ts',
    ],
    tests: [
      'src-main/transports/{guard,http-access}.test.ts',
      'src-main/api/implementation.test.ts',
      'src-main/core/access/*.test.ts',
      'src-main/core/foundation/address.test.ts',
    ],
  },
  gate: {
    sources: ['src-main/transports/socket-gate.ts'],
    tests: ['src-main/transports/socket-gate.test.ts'],
  },
  token: {
    sources: ['src-main/core/access/{access,pairing,tokens}.ts'],
    tests: ['src-main/core/access/*.test.ts'],
  },
  desktop: {
    sources: ['src-main/hosts/electron/{contents-walls,deep-link,external-links,session-walls}.ts'],
    tests: ['test/desktop/{checklist,links,walls}.test.ts'],
  },
  archive: {
    sources: ['src-main/core/foundation/archive/*.ts'],
    tests: ['src-main/core/foundation/archive/*.test.ts'],
  },
  egress: {
    sources: ['src-main/core/foundation/egress/*.ts'],
    tests: ['src-main/core/foundation/egress/*.test.ts', 'test/integration/egress-tls.test.ts'],
  },
};
