import type * as z from 'zod';
import { printable } from './config-invalid.ts';
import { nearestKey } from './nearest-key.ts';
import { hintAt, isSection, knownKeys } from './schema.ts';

export interface SchemaProblem {
  path: readonly PropertyKey[];
  expected: string;
  found: string;
  nearest: string | null;
}

/** Words the schema's complaints about `value` for the person who wrote the file. */
export function schemaProblems(issues: readonly z.core.$ZodIssue[], value: unknown): SchemaProblem[] {
  return issues.flatMap((issue) => describeIssue(issue, value));
}

function describeIssue(issue: z.core.$ZodIssue, value: unknown): SchemaProblem[] {
  const path = issue.path;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...path, key],
      expected: `one of the keys ${knownKeys(path).join(', ')}`,
      found: 'an unknown key',
      nearest: nearestKey(path, key),
    }));
  }
  if (issue.code === 'invalid_key') {
    const expected = 'a name of letters, digits, dot, dash and underscore, at most 64';
    return [{ path, expected, found: 'another name', nearest: null }];
  }
  return [{ path, expected: expectation(issue), found: describeFound(valueAt(value, path), path), nearest: null }];
}

function expectation(issue: z.core.$ZodIssue): string {
  const hint = hintAt(issue.path).expected;
  if (hint) return hint;
  if (isSection(issue.path)) return 'a group of keys';
  if (issue.code === 'invalid_type') return typeWords[issue.expected] ?? issue.expected;
  if (issue.code === 'too_big') return `at most ${issue.maximum} characters`;
  return 'a text with something in it';
}

const typeWords: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of keys',
  record: 'a group of keys',
};

/** What stands there. Only plain keys show it: a text in the place of a group may be a secret that slipped a line. */
function describeFound(value: unknown, path: readonly PropertyKey[]): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a group of keys';
  const { secret } = hintAt(path);
  if (secret || isSection(path) || path.length < 2)
    return `a ${typeof value === 'string' ? 'text' : typeof value} that is not shown here`;
  return typeof value === 'string' ? `"${printable(value, 60)}"` : JSON.stringify(value);
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let inner = value;
  for (const key of path) {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, key)) return undefined;
    inner = (inner as Record<PropertyKey, unknown>)[key];
  }
  return inner;
}
