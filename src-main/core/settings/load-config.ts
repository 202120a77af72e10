import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { Mapping } from '../../../src-shared/schema/mapping.ts';
import { writeFileAtomic } from '../foundation/atomic-file.ts';
import type { SecretRegistry } from '../foundation/logger.ts';
import { adviseOn, checkTogether } from './checks.ts';
import { ConfigInvalid, type ConfigProblem, dotted } from './config-invalid.ts';
import { Config, hintAt, isSection } from './schema.ts';
import { type SchemaProblem, schemaProblems } from './schema-problems.ts';
import { type ReferenceSources, resolveReferences } from './secret-references.ts';
import { type Locate, maxConfigBytes, parseYaml } from './yaml-source.ts';

export interface LoadOptions extends ReferenceSources {
  file: string;
  /** Learns every secret of the configuration, so that logs cannot show it. */
  registry: SecretRegistry;
  /** From the command line; they win over the file and obey the same rules. */
  overrides?: { port?: number; host?: string };
  /**
   * What an unusable file leads to. `throw` suits commands that look at the file (`doctor`). A service passes
   * `last-good`: the person is told loudly, but messages go on being taken under the settings that worked; on a
   * first start, where there is no good copy yet, it throws all the same. It never runs on empty settings.
   */
  onInvalid?: 'throw' | 'last-good';
  /** What a missing file leads to, where no last good copy steps in. */
  onMissing?: 'throw' | 'defaults';
  /** What is wrong with a mapping's templates, by field; the part of the product that runs them knows. */
  checkMapping?: (mapping: Mapping) => readonly { field: string; message: string }[];
  /** False for commands that only look: nothing is written. */
  keepLastGood?: boolean;
}

export interface LoadedConfig {
  config: Config;
  warnings: string[];
  source: 'file' | 'last-good' | 'defaults';
  /** Why the file was not used, where the source is the last good copy. */
  problem: ConfigInvalid | null;
}

export const lastGoodName = 'config.last-good.yaml';

/**
 * Reads the configuration with its secrets put in and its paths made absolute (relative ones start at the data
 * folder). Throws ConfigInvalid with every problem found.
 */
export async function loadConfig(options: LoadOptions): Promise<LoadedConfig> {
  const { file, dataDir, onInvalid = 'throw', onMissing = 'throw', keepLastGood = true } = options;
  const name = lastGoodHeader(file, dataDir);
  const copy = join(dataDir, lastGoodName);
  try {
    const text = await readText(file);
    const { config, warnings } = await interpret(file, text, options);
    if (keepLastGood) warnings.push(...(await keepCopy(copy, name + text)));
    return { config, warnings, source: 'file', problem: null };
  } catch (error) {
    if (!(error instanceof ConfigInvalid)) throw error;
    const good = onInvalid === 'last-good' ? await loadCopy(copy, name, options) : null;
    if (good) {
      const loud = `${error.message}\nThe last configuration that worked is used instead (${copy}). Correct ${file} and start again.`;
      return { config: good.config, warnings: [loud, ...good.warnings], source: 'last-good', problem: error };
    }
    if (!isMissing(error.cause) || onMissing === 'throw') throw error;
    return { ...(await interpret(file, '{}', options)), source: 'defaults', problem: null };
  }
}

/** The first line of the copy says whose it is: another file given with --config must not be replaced by this one. */
function lastGoodHeader(file: string, dataDir: string): string {
  const inside = relative(dataDir, resolve(file));
  const outside = inside.startsWith('..') || isAbsolute(inside);
  return `# The last working copy of ${JSON.stringify(outside ? resolve(file) : inside)}; made by the program. 最后一份可用的配置，由程序保存。\n`;
}

/** A copy that cannot be kept does not stop the start, but it is said. */
async function keepCopy(copy: string, text: string): Promise<string[]> {
  try {
    if ((await readIfThere(copy)) !== text) await writeFileAtomic(copy, text);
    return [];
  } catch (error) {
    return [`${copy} cannot be written (${errnoOf(error)}), so a broken config.yaml would stop the next start`];
  }
}

async function loadCopy(copy: string, header: string, options: LoadOptions): Promise<Interpreted | null> {
  try {
    const text = await readText(copy);
    return text.startsWith(header) ? await interpret(copy, text, options) : null;
  } catch (error) {
    // The file's own problem is the one to report; a copy that does not help either adds nothing to it.
    if (error instanceof ConfigInvalid) return null;
    throw error;
  }
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readText(file);
  } catch (error) {
    if (error instanceof ConfigInvalid) return null;
    throw error;
  }
}

async function readText(file: string): Promise<string> {
  const fail = (expected: string, found: string, cause?: unknown) =>
    new ConfigInvalid(file, [{ file, line: null, column: null, key: '', expected, found, nearest: null }], { cause });

  let handle: FileHandle;
  try {
    // Non-blocking: a pipe in the place of the file must not stop the start.
    handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (cause) {
    throw fail('a file that can be read', isMissing(cause) ? 'no such file' : errnoOf(cause), cause);
  }
  try {
    const info = await handle.stat();
    if (!info.isFile()) throw fail('a file', 'something else, such as a folder');
    if (info.size > maxConfigBytes) throw fail(`at most ${maxConfigBytes} bytes`, `${info.size} bytes`);
    return decode(await handle.readFile(), fail);
  } finally {
    await handle.close();
  }
}

function decode(bytes: Uint8Array, fail: (expected: string, found: string, cause: unknown) => ConfigInvalid): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw fail('text in UTF-8', 'bytes that are not UTF-8; save the file as UTF-8', cause);
  }
}

interface Interpreted {
  config: Config;
  warnings: string[];
}

async function interpret(file: string, text: string, options: LoadOptions): Promise<Interpreted> {
  const source = parseYaml(text);
  if ('locate' in source === false) {
    const problems = source.problems.map(({ path, line, column, expected, found }) => ({
      file,
      line,
      column,
      key: dotted(path),
      expected,
      found,
      nearest: null,
    }));
    throw new ConfigInvalid(file, problems);
  }

  const { overrides = {}, dataDir, registry } = options;
  const filled = fillEmptySections(source.value);
  const resolved = await resolveReferences(withOverrides(filled, overrides), options);
  const parsed = Config.safeParse(resolved.value);
  const problems = [
    ...emptyFile(source.value),
    ...resolved.problems.map((problem) => ({ ...problem, nearest: null })),
    ...[
      ...(parsed.success ? [] : schemaProblems(parsed.error.issues, resolved.value)),
      ...checkTogether(resolved.value, dataDir).map((finding) => ({ ...finding, nearest: null })),
      ...checkMappings(resolved.value, options.checkMapping),
    ].map((problem) => hideReferenced(problem, resolved.references)),
  ];
  if (problems.length > 0 || !parsed.success) {
    throw new ConfigInvalid(file, placed(problems, file, source.locate, overrides));
  }

  const secrets = secretsOf(parsed.data);
  for (const secret of [...resolved.vaulted, ...secrets.map(({ value }) => value)]) registry.add(secret);
  const literal = secrets.find(({ key }) => !resolved.references.has(key));
  const exposed =
    literal && (await isOpenToOthers(file))
      ? [`${file} holds ${literal.key} and others may read it; run: chmod 600 ${file}`]
      : [];
  const config = withAbsolutePaths(parsed.data, dataDir);
  return { config, warnings: [...resolved.warnings, ...exposed, ...adviseOn(config)] };
}

/** Looks at every mapping whose shape is right; those that are not are the schema's business. */
function checkMappings(value: unknown, check: LoadOptions['checkMapping']): SchemaProblem[] {
  const mappings = isGroup(value) ? value['mappings'] : null;
  if (!check || !isGroup(mappings)) return [];
  return Object.entries(mappings).flatMap(([name, written]) => {
    const mapping = Mapping.safeParse(written);
    if (!mapping.success) return [];
    return check(mapping.data).map(({ field, message }) => ({
      path: ['mappings', name, ...field.split('.')],
      expected: 'a template such as {{event.text}}',
      found: `one that cannot work: ${message}`,
      nearest: null,
    }));
  });
}

/** A file with nothing in it was cut short more often than it was meant. */
function emptyFile(value: unknown): SchemaProblem[] {
  if (value !== null) return [];
  const expected = 'settings; for the defaults write app: {}, or delete the file to have a new one made';
  return [{ path: [], expected, found: 'no settings at all', nearest: null }];
}

/** `app:` with every key under it commented out means the defaults. */
function fillEmptySections(value: unknown, path: string[] = []): unknown {
  if (value === null) return path.length > 0 && isSection(path) ? {} : value;
  if (typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, fillEmptySections(inner, [...path, key])]),
  );
}

function withOverrides(value: unknown, overrides: Record<string, unknown>): unknown {
  const given = Object.entries(overrides).filter(([, setting]) => setting !== undefined);
  if (given.length === 0 || !isGroup(value)) return value;
  const app = value['app'] ?? {};
  return isGroup(app) ? { ...value, app: { ...app, ...Object.fromEntries(given) } } : value;
}

const isGroup = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function hideReferenced(problem: SchemaProblem, references: Map<string, string>): SchemaProblem {
  const reference = references.get(dotted(problem.path));
  return reference ? { ...problem, found: `what ${reference} holds` } : problem;
}

/** One problem per key, the first told, in the order of the file. */
function placed(
  problems: SchemaProblem[],
  file: string,
  locate: Locate,
  overrides: Record<string, unknown>,
): ConfigProblem[] {
  const byKey = new Map<string, ConfigProblem>();
  for (const { path, expected, found, nearest } of problems) {
    const key = dotted(path);
    if (byKey.has(key)) continue;
    const option = path[0] === 'app' && path.length === 2 ? String(path[1]) : '';
    const place =
      overrides[option] === undefined ? { file, ...locate(path) } : { file: `--${option}`, line: null, column: null };
    byKey.set(key, { ...place, key, expected, found, nearest });
  }
  return [...byKey.values()].toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}

/** Every key that the schema marks as secret and that has a value. */
function secretsOf(value: unknown, path: PropertyKey[] = []): { key: string; value: string }[] {
  if (typeof value === 'string') return hintAt(path).secret ? [{ key: dotted(path), value }] : [];
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => secretsOf(item, [...path, index]));
  return Object.entries(value).flatMap(([key, item]) => secretsOf(item, [...path, key]));
}

const isOpenToOthers = async (file: string): Promise<boolean> =>
  process.platform !== 'win32' && ((await stat(file)).mode & 0o077) !== 0;

function withAbsolutePaths(config: Config, dataDir: string): Config {
  const { tls } = config.app;
  const absolute = (path: string) => resolve(dataDir, path);
  return {
    ...config,
    app: {
      ...config.app,
      tls: tls && { cert_file: absolute(tls.cert_file), key_file: absolute(tls.key_file) },
    },
    memory: { ...config.memory, db_path: absolute(config.memory.db_path) },
  };
}

const errnoOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'unknown reason';
const isMissing = (error: unknown): boolean => error instanceof Error && errnoOf(error) === 'ENOENT';
