import type { App } from '../../core/app.ts';
import type { WebAddress } from '../../transports/index.ts';
import { openFolder } from '../shared/open-folder.ts';
import { openProduct } from '../shared/product.ts';
import { createSecretFile } from '../shared/secret-file.ts';
import { version } from '../shared/version.ts';
import { type CliOptions, exitCodes } from './cli-options.ts';
import { createHeadlessHost } from './headless-host.ts';
import { openLogs } from './logs.ts';

const sessionSeconds = 30 * 86_400;
const pairingMs = 10 * 60_000;

/** Runs the product in the foreground until SIGTERM or SIGINT; resolves with the exit code. */
export async function serve(options: CliOptions): Promise<number> {
  const stopSignal = waitForSignal();
  const { registry, logger, lines } = openLogs(options);
  const folder = await openFolder(options, { registry, logger });
  const host = createHeadlessHost({ secrets: createSecretFile(folder.dataDir), logger });
  const product = await openProduct({ folder, host, logger, registry, lines });
  try {
    const address = await product.listen();
    await product.start();
    await announce(product.app, address, options);
    await stopSignal;
  } catch (error) {
    await product.stop(error);
    throw error;
  }
  await product.stop();
  return exitCodes.done;
}

/** Says that messages are taken: one JSON line for programs, plain sentences for people. Never a token in a link. */
async function announce(app: App, { url }: WebAddress, { json }: CliOptions): Promise<void> {
  if (json) {
    const { token } = await app.access.mint({
      role: 'admin',
      label: 'started with --json',
      ttlSeconds: sessionSeconds,
      origin: 'start',
    });
    process.stdout.write(`${JSON.stringify({ ready: true, url, token, pid: process.pid })}\n`);
    return;
  }
  const { code } = await app.access.newPairingCode({ ttlMs: pairingMs, role: 'admin' });
  process.stdout.write(
    [
      `Clawdbot ${version} is ready: ${url}`,
      `Pairing code for your browser: ${code}  (works once, for ${pairingMs / 60_000} minutes)`,
      `浏览器配对码：${code}（只能用一次，${pairingMs / 60_000} 分钟内有效）`,
      'Stop it with Ctrl+C.',
      '',
    ].join('\n'),
  );
}

function waitForSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal));
  });
}
