import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accessServices, createRouter } from '../../src-main/api/index.ts';
import { createAccess, describeReach } from '../../src-main/core/access/index.ts';
import { type Clock, systemClock } from '../../src-main/core/foundation/clock.ts';
import { createIds } from '../../src-main/core/foundation/ids.ts';
import { openStore } from '../../src-main/core/store/index.ts';
import { createWeb, type WebDeps } from '../../src-main/transports/index.ts';
import type { Role } from '../../src-shared/schema/access.ts';
import { createFakeServices } from './services.ts';

const reachOfTests = { listening: null, names: [], adminNetworks: null, interfaces: {} };

/** A really listening web server with real tokens over fake services. `clock` is the one by which tokens are judged. */
export async function startWeb(options: Partial<WebDeps> = {}, clock: Clock = systemClock) {
  const folder = mkdtempSync(join(tmpdir(), 'clawdbot-web-'));
  const store = await openStore({
    file: join(folder, 'memory.db'),
    durability: 'normal',
    onFailure: (error) => {
      throw error;
    },
  });
  const fake = createFakeServices();
  const access = createAccess({
    store,
    key: randomBytes(32),
    clock,
    ids: createIds(Date.now),
    onRevoke: (id) => web.closeSocketsOf(id),
    onChange: () => fake.events.emit({ type: 'access' }),
    onFailure: (error) => {
      throw error;
    },
  });
  fake.services.access = accessServices(access, () => describeReach(reachOfTests));
  const web = createWeb({
    router: createRouter(fake.services),
    authenticator: access,
    clock: systemClock,
    report: fake.services.report,
    version: '0.0.0',
    httpRoutes: [],
    socketRoute: null,
    interfaceFolder: join(folder, 'not-built'),
    ...options,
  });
  const address = await web.listen({ host: '127.0.0.1', port: 0 });
  const mint = async (role: Role, ttlSeconds = 3600) => access.mint({ role, label: role, ttlSeconds, origin: 'api' });
  const tokens = {
    viewer: (await mint('viewer')).token,
    operator: (await mint('operator')).token,
    admin: (await mint('admin')).token,
  };

  return {
    ...fake,
    web,
    access,
    mint,
    tokens,
    port: address.port,
    url: address.url,
    async stop({ drainMs = 0 } = {}): Promise<void> {
      await web.close({ drainMs });
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}

export type TestWeb = Awaited<ReturnType<typeof startWeb>>;
