import { workerData } from 'node:worker_threads';
import { createRouter } from '../../src-main/api/index.ts';
import { serveMessagePort } from '../../src-main/transports/index.ts';
import type { Role } from '../../src-shared/schema/access.ts';
import { createFakeServices } from '../fakes/services.ts';

/** The product's side of a window: serves each port it is given, as the desktop host will. */
const { ports } = workerData as { ports: { port: import('node:worker_threads').MessagePort; role: Role }[] };
const router = createRouter(createFakeServices().services);
for (const { port, role } of ports) {
  // Node's port has the methods that the handler uses, under types of its own.
  serveMessagePort(router, port as unknown as globalThis.MessagePort, {
    principal: { tokenId: 'window', role, label: 'window' },
    remote: '',
  });
  port.start();
}
