import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAppError } from '../../src-main/core/foundation/app-error.ts';
import { createSecretRegistry } from '../../src-main/core/foundation/logger.ts';
import { hostileYaml } from '../../src-main/core/settings/hostile-yaml.fixture.ts';
import { loadConfig } from '../../src-main/core/settings/index.ts';
import { hostileBodies } from '../fakes/hostile-bodies.ts';
import { type Product, startProduct } from '../fakes/product.ts';
import { median, round } from './lib/process-use.ts';

export const name = 'hostile';

const turns = 9;
const boundMs = 50;
const larger = Buffer.alloc(1024 * 1024 + 1, 0x20);

interface Refused {
  what: string;
  ms: number;
  status: number;
}

/** How long it takes to refuse what is meant to do harm, each as the median of several turns; the slowest is shown. */
export async function run() {
  return [...(await bodies()), ...(await configurations())];
}

async function bodies() {
  const product = await startProduct({ from: 'bundle', config: { platforms: { socket: { enabled: false } } } });
  try {
    const plain = JSON.stringify({ sender_id: 'ana', content: 'hello' });
    const peer = await refuse(product, 'a plain message', plain);
    const refused: Refused[] = [];
    for (const [what, body] of [...Object.entries(hostileBodies), ['a body over the bound', larger] as const])
      refused.push(await refuse(product, what, body));
    const slowest = slowestOf(refused);
    const taken = refused.filter(({ status }) => ![400, 413, 415].includes(status));
    return [
      {
        name: 'slowest hostile body, beside a plain message',
        ours: round(slowest.ms),
        peer: round(peer.ms),
        ratio: round(slowest.ms / peer.ms),
        unit: 'ms',
        goal: `≤ ${boundMs} ms`,
        met: slowest.ms <= boundMs,
        note: `${slowest.what}; ${refused.length} bodies, median of ${turns}`,
      },
      {
        name: 'hostile bodies answered with anything but 400, 413 or 415',
        ours: taken.length,
        peer: null,
        ratio: null,
        unit: `of ${refused.length}`,
        goal: '0',
        met: taken.length === 0,
        ...(taken.length === 0 ? {} : { note: taken.map(({ what, status }) => `${what}: ${status}`).join('; ') }),
      },
    ];
  } finally {
    await product.stop();
  }
}

async function refuse({ url, token }: Product, what: string, body: string | Buffer): Promise<Refused> {
  const times: number[] = [];
  let status = 0;
  for (let turn = 0; turn < turns; turn++) {
    const begun = performance.now();
    const response = await fetch(`${url}/api/v1/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : new Uint8Array(body),
    });
    await response.text();
    times.push(performance.now() - begun);
    status = response.status;
  }
  return { what, ms: median(times), status };
}

async function configurations() {
  const folder = mkdtempSync(join(tmpdir(), 'clawdbot-hostile-'));
  try {
    const refused: Refused[] = [];
    for (const [what, text] of hostileYaml) refused.push(await refuseConfig(folder, what, text));
    const slowest = slowestOf(refused);
    const taken = refused.filter(({ status }) => status === 0);
    return [
      {
        name: 'slowest hostile configuration',
        ours: round(slowest.ms),
        peer: null,
        ratio: null,
        unit: 'ms',
        goal: `≤ ${boundMs} ms`,
        met: slowest.ms <= boundMs && taken.length === 0,
        note: `${slowest.what}; ${refused.length} files, median of ${turns}, ${taken.length} taken`,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `status` is 0 where it was not refused. */
async function refuseConfig(dataDir: string, what: string, text: string): Promise<Refused> {
  const file = join(dataDir, 'config.yaml');
  writeFileSync(file, text, { mode: 0o600 });
  const times: number[] = [];
  let status = 0;
  for (let turn = 0; turn < turns; turn++) {
    const begun = performance.now();
    const failure = await loadConfig({
      file,
      dataDir,
      env: {},
      secrets: { description: 'none', get: async () => null, set: async () => {}, delete: async () => {} },
      registry: createSecretRegistry(),
    }).then(
      () => null,
      (error: unknown) => error,
    );
    times.push(performance.now() - begun);
    if (failure !== null && !(isAppError(failure) && failure.code === 'CONFIG_INVALID')) throw failure;
    status = failure === null ? 0 : 1;
  }
  return { what, ms: median(times), status };
}

const slowestOf = (refused: Refused[]): Refused =>
  refused.reduce((slowest, one) => (one.ms > slowest.ms ? one : slowest));
