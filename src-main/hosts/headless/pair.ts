import { networkInterfaces } from 'node:os';
import { encodeQR } from 'qr';
import type { Reach } from '../../../src-shared/schema/access.ts';
import { type Access, describeReach } from '../../core/access/index.ts';
import { AppError } from '../../core/foundation/app-error.ts';
import { systemClock } from '../../core/foundation/clock.ts';
import type { Config } from '../../core/settings/index.ts';
import { runningOn } from '../../core/store/index.ts';
import { besideProduct, readLabel, readRole } from './beside.ts';
import { type CliOptions, exitCodes } from './cli-options.ts';

const codeMs = 60_000;
const lookEveryMs = 500;

/** Pairs a phone or a browser with the running product, for whoever has no browser there that is signed in. */
export async function pairDevice(options: CliOptions): Promise<number> {
  const role = readRole(options.role ?? 'admin');
  const label = options.label === undefined ? {} : { label: readLabel(options.label) };
  return besideProduct(options, async ({ access, config, dataDir }) => {
    if (runningOn(dataDir) === null) throw notRunning(dataDir);
    const { addresses, obstacles } = reachOf(config);
    const { id, code, expires_at, ttl_seconds } = await access.newPairingCode({ ttlMs: codeMs, role, ...label });
    if (options.json) {
      process.stdout.write(`${JSON.stringify({ id, role, code, expires_at, addresses, obstacles })}\n`);
      return exitCodes.done;
    }
    process.stdout.write(
      [
        `Pairing code: ${code}  (works once, for ${ttl_seconds} seconds; role ${role})`,
        `配对码：${code}（只能用一次，${ttl_seconds} 秒内有效；角色 ${role}）`,
        ...addresses.map(({ url, for: who }) => `  ${url}${who === 'this_machine' ? '  (this computer only)' : ''}`),
        ...(obstacles.length > 0 ? ['A phone cannot reach it yet: the guide says how, under “Devices”.'] : []),
        '',
      ].join('\n'),
    );
    const phone = addresses.find((address) => address.for !== 'this_machine');
    // Colours decide whether a camera can read it, so it is for terminals alone.
    if (phone && process.stdout.isTTY) process.stdout.write(`${encodeQR(`${phone.url}/#pair=${code}`, 'term')}\n`);
    return waitForUse(access, id);
  });
}

/** By the configuration and the command line; a port that was picked freely is known to nobody else. */
function reachOf({ app }: Config): Reach {
  const { host, port, tls, allowed_hosts, admin_allow } = app;
  return describeReach({
    listening: port === 0 ? null : { host, port, secure: tls !== null },
    names: allowed_hosts,
    adminNetworks: admin_allow,
    interfaces: networkInterfaces(),
  });
}

async function waitForUse(access: Access, id: string): Promise<number> {
  for (;;) {
    const { state, token_id } = await access.findPairingCode(id);
    if (state === 'expired') {
      process.stdout.write('The code has expired; nobody used it. 配对码已过期，没有人用过。\n');
      return exitCodes.failed;
    }
    if (state === 'used') {
      const paired = (await access.list()).find((device) => device.id === token_id);
      process.stdout.write(`Paired: ${paired?.label ?? token_id}. 已配对。\n`);
      return exitCodes.done;
    }
    await systemClock.sleep(lookEveryMs);
  }
}

const notRunning = (dataDir: string) =>
  new AppError(
    'DATA_FOLDER_UNUSABLE',
    `Nothing runs on ${dataDir}, so there is nothing to pair with; start it first (clawdbot serve --data ${dataDir})`,
    { path: dataDir },
  );
