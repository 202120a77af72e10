import { isMap, isScalar, parseDocument } from 'yaml';

/**
 * The text of a configuration with `memory.db_path` leading to another place, and nothing else of it changed, comments
 * included. A text that does not parse, or does not say where the database is, stays as it is.
 */
export function withDatabaseAt(
  text: string,
  { isKept, path }: { isKept(written: string): boolean; path: string },
): string {
  const document = parseDocument(text, { logLevel: 'silent' });
  const memory =
    document.errors.length === 0 && isMap(document.contents) ? document.contents.get('memory', true) : null;
  const written = isMap(memory) ? memory.get('db_path', true) : null;
  if (!isScalar(written) || typeof written.value !== 'string' || !written.range || isKept(written.value)) return text;
  const [from, to] = written.range;
  return `${text.slice(0, from)}${JSON.stringify(path)}${text.slice(to)}`;
}
