import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import * as z from 'zod';
import { UpdateRefused } from './update-refused.ts';
import { isNewer, VersionText } from './version-order.ts';

const FileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/);

/** One version for one kind of machine, as its publisher vouches for it. */
export const Release = z.strictObject({
  app_id: z.string().max(100),
  version: VersionText,
  channel: z.enum(['stable', 'beta']),
  platform: z.enum(['linux', 'win32', 'darwin']),
  arch: z.enum(['x64', 'arm64']),
  released_at: z.iso.datetime(),
  /** After this the notice says nothing any more: whoever repeats an old one cannot keep a machine from newer ones. */
  expires_at: z.iso.datetime(),
  files: z
    .array(
      z.strictObject({
        name: FileName,
        size: z.int().min(1).max(2_000_000_000),
        sha512: z.base64().length(88),
      }),
    )
    .min(1)
    .max(8),
  notes: z.strictObject({ en: z.string().max(4000), 'zh-CN': z.string().max(4000) }),
});
export type Release = z.infer<typeof Release>;

/** The release as text, so that what was signed is what is read, and its signature. */
const Notice = z.strictObject({
  signed: z.string().max(32_000),
  key_id: z.string().regex(/^[0-9a-f]{16}$/),
  signature: z.base64().length(88),
});

/** Nothing that this key signs for another purpose can be passed off as a release. */
const purpose = 'clawdbot update notice 1\n';
const spkiHead = Buffer.from('302a300506032b6570032100', 'hex');

export interface Running {
  appId: string;
  version: string;
  channel: Release['channel'];
  platform: NodeJS.Platform;
  arch: string;
  nowMs: number;
}

/** A public key as builders and configurations write it: its 32 bytes in base64. Null for anything else. */
export function readPublicKey(text: string): KeyObject | null {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== 32 || bytes.toString('base64') !== text) return null;
  return createPublicKey({ key: Buffer.concat([spkiHead, bytes]), format: 'der', type: 'spki' });
}

export const writePublicKey = (key: KeyObject): string =>
  key.export({ format: 'der', type: 'spki' }).subarray(spkiHead.length).toString('base64');

const keyIdOf = (key: KeyObject): string => createHash('sha256').update(writePublicKey(key)).digest('hex').slice(0, 16);

/** Where the notice for a kind of machine lies below the feed. */
export const noticeName = ({ channel, platform, arch }: Pick<Release, 'channel' | 'platform' | 'arch'>): string =>
  `release-${channel}-${platform}-${arch}.json`;

export function signRelease(release: Release, privateKey: KeyObject): string {
  const signed = JSON.stringify(Release.parse(release));
  const signature = sign(null, Buffer.from(purpose + signed), privateKey).toString('base64');
  return `${JSON.stringify({ signed, key_id: keyIdOf(createPublicKey(privateKey)), signature }, null, 2)}\n`;
}

/**
 * The release that a notice vouches for, when it is newer than what runs; null when there is none. Nothing of it is read
 * before its signature holds.
 *
 * @throws UpdateRefused
 */
export function readRelease(text: string, publicKey: KeyObject, running: Running): Release | null {
  const notice = Notice.safeParse(jsonOrNull(text));
  if (!notice.success) throw new UpdateRefused('notice');
  const { signed, key_id: keyId, signature } = notice.data;
  if (keyId !== keyIdOf(publicKey)) throw new UpdateRefused('publisher');
  if (!verify(null, Buffer.from(purpose + signed), publicKey, Buffer.from(signature, 'base64')))
    throw new UpdateRefused('signature');
  const parsed = Release.safeParse(jsonOrNull(signed));
  if (!parsed.success) throw new UpdateRefused('notice');
  const release = parsed.data;
  if (release.app_id !== running.appId) throw new UpdateRefused('publisher');
  for (const what of ['channel', 'platform', 'arch'] as const)
    if (release[what] !== running[what]) throw new UpdateRefused('notice');
  if (Date.parse(release.expires_at) <= running.nowMs) throw new UpdateRefused('expired');
  if (release.version === running.version) return null;
  if (!isNewer(release.version, running.version)) throw new UpdateRefused('older');
  return release;
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
