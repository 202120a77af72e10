import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { isLoopback } from '../foundation/loopback.ts';
import { parseAddress } from '../store/index.ts';
import type { Config } from './schema.ts';

type Path = readonly PropertyKey[];
export interface Finding {
  path: Path;
  expected: string;
  found: string;
}

/**
 * Rules that join several keys. They look at the file's own values and not at the parsed configuration, so that they
 * speak up together with the schema's complaints and nobody mends a file twice.
 */
export function checkTogether(value: unknown, dataDir: string): Finding[] {
  return [
    ...checkStorage(value),
    ...checkOpenHost(value),
    ...checkTlsFiles(value, dataDir),
    ...checkPorts(value),
    ...checkEndpoints(value),
  ];
}

function checkStorage(value: unknown): Finding[] {
  const type = at(value, ['memory', 'storage_type']);
  if (type !== 'mysql' && type !== 'postgresql') return [];
  const path = ['memory', 'url'];
  const expected = `the address of a ${type} database, such as ${type}://USER:SECRET@HOST:PORT/DATABASE`;
  const url = at(value, path);
  if (typeof url !== 'string') return [{ path, expected, found: 'none' }];
  try {
    const { kind } = parseAddress(url);
    return kind === type ? [] : [{ path, expected, found: `one of ${kind}` }];
  } catch (error) {
    // It holds a password, so what is wrong is told and the text is not.
    return [{ path, expected, found: (error as Error).message }];
  }
}

/** Without TLS everybody on the way could read the messages and the tokens. */
function checkOpenHost(value: unknown): Finding[] {
  const host = at(value, ['app', 'host']);
  const tls = at(value, ['app', 'tls']);
  if (typeof host !== 'string' || host === '' || isLoopback(host) || (tls !== null && tls !== undefined)) return [];
  const expected =
    'app.tls with cert_file and key_file when others can reach this address, or 127.0.0.1 (behind a proxy that speaks TLS)';
  return [{ path: ['app', 'host'], expected, found: `${JSON.stringify(host.slice(0, 64))} without app.tls` }];
}

function checkTlsFiles(value: unknown, dataDir: string): Finding[] {
  return ['cert_file', 'key_file'].flatMap((key) => {
    const path = ['app', 'tls', key];
    const file = at(value, path);
    if (typeof file !== 'string' || file === '') return [];
    const fault = unreadable(resolve(dataDir, file));
    return fault ? [{ path, expected: 'a PEM file that can be read', found: fault }] : [];
  });
}

function unreadable(file: string): string | null {
  try {
    if (!statSync(file).isFile()) return `${file}, which is not a file`;
    accessSync(file, constants.R_OK);
    return null;
  } catch (error) {
    return `${file} (${(error as NodeJS.ErrnoException).code ?? 'unreadable'})`;
  }
}

function checkPorts(value: unknown): Finding[] {
  const port = at(value, ['app', 'port']) ?? 8000;
  const socket = at(value, ['platforms', 'socket', 'port']) ?? 8001;
  if (port === 0 || port !== socket || at(value, ['platforms', 'socket', 'enabled']) === false) return [];
  return [
    { path: ['platforms', 'socket', 'port'], expected: 'another port than app.port', found: 'the same for both' },
  ];
}

/** Names the product uses for its own channels. */
const ownChannels = ['webhook', 'api', 'socket', 'chat'];

function checkEndpoints(value: unknown): Finding[] {
  const webhook: Path = ['platforms', 'webhook'];
  const listed = at(value, [...webhook, 'endpoints']);
  const endpoints = Array.isArray(listed) ? listed.map((_, index) => [...webhook, 'endpoints', index]) : [];
  const names = new Set<unknown>(ownChannels);
  const paths = new Set<unknown>([at(value, [...webhook, 'path']) ?? '/api/messages']);

  const repeated = endpoints.flatMap((endpoint) => [
    ...onceOnly(value, [...endpoint, 'name'], names),
    ...onceOnly(value, [...endpoint, 'path'], paths),
  ]);
  return [
    ...repeated,
    ...[webhook, ...endpoints].flatMap((endpoint) => checkMappingName(value, [...endpoint, 'mapping'])),
  ];
}

function onceOnly(value: unknown, path: Path, taken: Set<unknown>): Finding[] {
  const text = at(value, path);
  if (typeof text !== 'string') return [];
  if (taken.has(text))
    return [{ path, expected: 'one that no other channel has', found: JSON.stringify(text.slice(0, 64)) }];
  taken.add(text);
  return [];
}

function checkMappingName(value: unknown, path: Path): Finding[] {
  const name = at(value, path);
  const mappings = at(value, ['mappings']);
  if (typeof name !== 'string') return [];
  const known = typeof mappings === 'object' && mappings !== null ? Object.keys(mappings) : [];
  if (known.includes(name)) return [];
  const expected =
    known.length > 0 ? `one of the mappings ${known.slice(0, 20).join(', ')}` : 'a mapping that stands under mappings';
  return [{ path, expected, found: JSON.stringify(name.slice(0, 64)) }];
}

/** What this version keeps in the file but does not act on, and what weakens it. */
export function adviseOn(config: Config): string[] {
  const { models, memory } = config;
  const warnings: string[] = [];
  const model = models.default ?? models.loaded[0] ?? models.remote[0]?.url ?? null;
  if (model !== null)
    warnings.push('models: this version answers without a language model; the models of config.yaml are not used');
  if (memory.url !== null && memory.storage_type === 'sqlite')
    warnings.push('memory.url is not used while memory.storage_type is sqlite');
  if (memory.vector_index !== 'auto')
    warnings.push(`memory.vector_index ${memory.vector_index} is not used: this version searches by words`);

  for (const [key, { secret, previous_secret }] of webhooks(config)) {
    for (const text of [secret, previous_secret]) {
      if (text !== null && text.length < 16)
        warnings.push(`${key}: a secret of ${text.length} characters can be guessed; use 32 or more`);
    }
  }
  return warnings;
}

function webhooks({ platforms: { webhook } }: Config) {
  const base = 'platforms.webhook';
  return [
    [base, webhook] as const,
    ...webhook.endpoints.map((endpoint, index) => [`${base}.endpoints[${index}]`, endpoint] as const),
  ];
}

/** The value at a path of something not yet checked; undefined where there is none. */
function at(value: unknown, path: Path): unknown {
  let inner = value;
  for (const key of path) {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, key)) return undefined;
    inner = (inner as Record<PropertyKey, unknown>)[key];
  }
  return inner;
}
