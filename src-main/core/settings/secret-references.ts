import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AppError } from '../foundation/app-error.ts';
import type { SecretStore } from '../foundation/host.ts';
import { dotted, printable } from './config-invalid.ts';

type Path = readonly PropertyKey[];

export interface ReferenceSources {
  dataDir: string;
  env: Readonly<Record<string, string | undefined>>;
  secrets: SecretStore;
}

export interface Resolved {
  value: unknown;
  /** By dotted key: the reference that the value came from, for messages that must not show the value. */
  references: Map<string, string>;
  /** Everything that came out of the key chain or a file; always a secret, whatever key it stands under. */
  vaulted: string[];
  problems: { path: Path; expected: string; found: string }[];
  warnings: string[];
}

/**
 * Replaces `${env:NAME}`, `${file:PATH}` (relative to the data folder) and `${keychain:NAME}` wherever a text stands.
 * A reference is the whole text or nothing: half a secret in the middle of a text would be taken literally.
 */
export async function resolveReferences(value: unknown, sources: ReferenceSources): Promise<Resolved> {
  const resolved: Resolved = { value: null, references: new Map(), vaulted: [], problems: [], warnings: [] };
  resolved.value = await replace(value, [], sources, resolved);
  return resolved;
}

/** A text that may be a reference, as a command line has it. @throws AppError BAD_REQUEST naming the reference */
export async function readReference(text: string, sources: ReferenceSources): Promise<string> {
  const { value, problems } = await resolveReferences(text, sources);
  const [problem] = problems;
  if (problem) throw new AppError('BAD_REQUEST', `expected ${problem.expected}, found ${problem.found}`);
  return String(value);
}

async function replace(value: unknown, path: Path, sources: ReferenceSources, out: Resolved): Promise<unknown> {
  if (typeof value === 'string') return value.includes('${') ? replaceText(value, path, sources, out) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const [index, item] of value.entries()) items.push(await replace(item, [...path, index], sources, out));
    return items;
  }
  const entries: [string, unknown][] = [];
  for (const [key, item] of Object.entries(value))
    entries.push([key, await replace(item, [...path, key], sources, out)]);
  return Object.fromEntries(entries);
}

const wholeReference = /^\$\{(env|file|keychain):([^${}]{1,1024})\}$/;

async function replaceText(text: string, path: Path, sources: ReferenceSources, out: Resolved): Promise<string> {
  const [, kind, name] = wholeReference.exec(text) ?? [];
  if (kind === undefined || name === undefined) {
    const found = text.startsWith('${') && text.endsWith('}') ? 'another kind of reference' : 'a text with ${ in it';
    out.problems.push({ path, expected: 'a whole reference: ${env:NAME}, ${file:PATH} or ${keychain:NAME}', found });
    return text;
  }
  const reference = `\${${kind}:${printable(name, 200)}}`;
  out.references.set(dotted(path), reference);
  const read = await readers[kind as keyof typeof readers](name, sources, out.warnings);
  if ('missing' in read) {
    out.problems.push({ path, expected: `a value behind ${reference}`, found: read.missing });
    return text;
  }
  if (kind !== 'env') out.vaulted.push(read.value);
  return read.value;
}

type Read = { value: string } | { missing: string };
type Reader = (name: string, sources: ReferenceSources, warnings: string[]) => Promise<Read>;

const readers: Record<'env' | 'file' | 'keychain', Reader> = {
  async env(name, { env }) {
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    return value ? { value } : { missing: `no environment variable ${printable(name, 200)}, or an empty one` };
  },

  async keychain(name, { secrets }) {
    try {
      const value = await secrets.get(name);
      return value ? { value } : { missing: `nothing under that name in ${secrets.description}` };
    } catch (error) {
      // The reason is left out: what a key chain says about a failure is not ours to show.
      return { missing: `${secrets.description} did not answer (${error instanceof Error ? error.name : 'unknown'})` };
    }
  },

  async file(name, { dataDir }, warnings) {
    const path = resolve(dataDir, name);
    try {
      return await readSecretFile(path, warnings);
    } catch (error) {
      return { missing: `${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})` };
    }
  },
};

const maxSecretBytes = 64 * 1024;
const nonBlockingRead = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

async function readSecretFile(path: string, warnings: string[]): Promise<Read> {
  // Non-blocking: a pipe in the place of the file must not stop the start.
  const file = await open(path, nonBlockingRead);
  try {
    const info = await file.stat();
    if (!info.isFile()) return { missing: `${path} is not a file` };
    if (info.size > maxSecretBytes) return { missing: `${path} is larger than ${maxSecretBytes} bytes` };
    if (process.platform !== 'win32' && (info.mode & 0o077) !== 0) {
      warnings.push(`${path} holds a secret and others may read it; run: chmod 600 ${path}`);
    }
    const value = (await file.readFile('utf8')).replace(/^\uFEFF/, '').replace(/[\r\n]+$/, '');
    return value === '' ? { missing: `${path} is empty` } : { value };
  } finally {
    await file.close();
  }
}
