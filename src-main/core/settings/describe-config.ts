import * as z from 'zod';
import type { ConfigInvalid } from './config-invalid.ts';
import { allKeyPaths, Config, schemaAt } from './schema.ts';

type Path = readonly PropertyKey[];

/**
 * The configuration as somebody else may see it: numbers, switches, fixed choices and whatever is as it comes. Of any
 * other text only that it is set, of a list only how long it is: addresses, names, paths and secrets are of no use to
 * whoever looks into a fault, and the names of mappings and senders belong to people.
 */
export function describeConfig(config: Config, usual: Config = Config.parse({})): unknown {
  return describe(config, usual, []);
}

/** Where a configuration is wrong, for somebody else: what stands there, and keys that are not ours, may be anything. */
export function describeFault({ problems }: ConfigInvalid): string {
  const ours = new Set(allKeyPaths().flat());
  const places = problems.slice(0, 20).map(({ line, column, key }) => {
    const parts = key.split('.').map((part) => (ours.has(part.replace(/\[\d+\]$/, '')) ? part : '[another key]'));
    return `${line === null ? 'the file' : `line ${line}, column ${column}`}${key === '' ? '' : ` ${parts.join('.')}`}`;
  });
  return `config.yaml has ${problems.length} problems: ${places.join('; ')}`;
}

function describe(value: unknown, usual: unknown, path: Path): unknown {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'string') return value === usual || isChoice(path) ? value : '[set]';
  if (Array.isArray(value)) return isSame(value, usual) ? value : `[${value.length} entries]`;
  if (typeof value !== 'object') return '[set]';
  const entries = Object.entries(value);
  // Under a group of free names, the names are somebody's.
  if (schemaOf(path) instanceof z.ZodRecord) return `[${entries.length} entries]`;
  return Object.fromEntries(entries.map(([key, item]) => [key, describe(item, inside(usual, key), [...path, key])]));
}

const isChoice = (path: Path): boolean => schemaOf(path) instanceof z.ZodEnum;
const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

function inside(group: unknown, key: string): unknown {
  return typeof group === 'object' && group !== null && Object.hasOwn(group, key)
    ? (group as Record<string, unknown>)[key]
    : undefined;
}

function schemaOf(path: Path): z.ZodType | null {
  let schema = schemaAt(path);
  while (
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodOptional
  )
    schema = schema.unwrap() as z.ZodType;
  return schema;
}
