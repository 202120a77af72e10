import * as z from 'zod';
import { ArchiveRefused, createEntryNames } from '../foundation/archive/index.ts';
import { BackupRefused } from './backup-refused.ts';
import { isReserved } from './folder-names.ts';

export const mostFiles = 20_000;
export const mostManifestBytes = 8 * 1024 * 1024;
/** Of one file; beyond it no disk of today's is. */
const mostBytes = 2 ** 50;

const ManifestFile = z.strictObject({
  /** Below the data folder, with slashes. */
  path: z.string().min(1).max(1024),
  bytes: z.int().min(0).max(mostBytes),
});
export type ManifestFile = z.infer<typeof ManifestFile>;

/** What a backup begins with: which files it holds, in their order. */
export const Manifest = z.strictObject({
  /** The product's version that made it. */
  version: z.string().min(1).max(64),
  made_at: z.iso.datetime(),
  /** Which of the files is the database. */
  database: z.string().min(1).max(1024),
  files: z.array(ManifestFile).min(1).max(mostFiles),
});
export type Manifest = z.infer<typeof Manifest>;

export const checksumBytes = 32;
const lengthBytes = 4;

/** Bytes of the content: the manifest behind its length, and each file with a SHA-256 behind it. */
export const payloadBytesOf = (files: readonly ManifestFile[], manifestBytes: number): number =>
  files.reduce((total, { bytes }) => total + bytes + checksumBytes, lengthBytes + manifestBytes);

export function manifestHead(manifest: Manifest): Buffer {
  const text = Buffer.from(JSON.stringify(manifest));
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, text]);
}

/**
 * Parses a manifest, which comes from whoever knew the passphrase: names that lead elsewhere or would take the place of
 * what the product keeps for itself are refused, and so are sizes that do not add up to what is there.
 *
 * @throws BackupRefused
 */
export function readManifest(text: Buffer, { path, payload }: { path: string; payload: number }): Manifest {
  const hostile = (detail: string, cause?: unknown) => new BackupRefused('hostile', path, detail, { cause });
  const parsed = Manifest.safeParse(jsonOrNull(text));
  if (!parsed.success) throw hostile('its list of files');
  const manifest = parsed.data;
  const names = createEntryNames();
  for (const file of manifest.files) {
    try {
      if (names.take(Buffer.from(file.path), true).isFolder) throw hostile('a file that is named as a folder');
    } catch (error) {
      if (error instanceof ArchiveRefused) throw hostile(error.message, error);
      throw error;
    }
    if (isReserved(file.path)) throw hostile(`a file in the place of ${JSON.stringify(file.path)}`);
  }
  if (!manifest.files.some(({ path: name }) => name === manifest.database)) throw hostile('no database');
  if (payloadBytesOf(manifest.files, text.length) !== payload) throw hostile('sizes that do not add up');
  return manifest;
}

function jsonOrNull(text: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text));
  } catch {
    return null;
  }
}
