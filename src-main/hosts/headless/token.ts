import { besideProduct, readLabel, readRole } from './beside.ts';
import { type CliOptions, exitCodes, WrongUsage } from './cli-options.ts';

const secondsOf = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
const longestTtlSeconds = 10 * 365 * 86_400;

/** Mints an access token and prints it. Works beside a running product. */
export async function mintToken(options: CliOptions): Promise<number> {
  const role = readRole(options.role ?? 'admin');
  const ttlSeconds = readTtl(options.ttl ?? '30d');
  const label = readLabel(options.label ?? 'command line');
  return besideProduct(options, async ({ access }) => {
    const { token, expires_at, id } = await access.mint({ role, label, ttlSeconds, origin: 'command_line' });
    process.stdout.write(options.json ? `${JSON.stringify({ id, role, token, expires_at })}\n` : `${token}\n`);
    return exitCodes.done;
  });
}

function readTtl(text: string): number {
  const found = /^(\d{1,9})([smhd])$/.exec(text);
  const seconds = found ? Number(found[1]) * secondsOf[found[2] as keyof typeof secondsOf] : 0;
  if (seconds >= 1 && seconds <= longestTtlSeconds) return seconds;
  throw new WrongUsage(`--ttl ${text}: a number and s, m, h or d, for example 30d; at most ten years`);
}
