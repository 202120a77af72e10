import { isMap, isScalar, parseDocument } from 'yaml';
import { AppError } from '../foundation/app-error.ts';
import type { Config } from './schema.ts';

/** Where everything is kept; `url` as it is to stand in the file, best a reference. */
export interface StoragePlace {
  storage_type: Config['memory']['storage_type'];
  url: string | null;
}

/**
 * The text of a configuration that keeps everything elsewhere, and nothing else of it changed, comments included.
 *
 * @throws AppError CONFLICT where the text cannot be read, or has something else in the place of `memory`
 */
export function withStorageAt(text: string, place: StoragePlace): string {
  let changed = text;
  for (const key of ['storage_type', 'url'] as const) changed = withValue(changed, key, place[key]);
  return changed;
}

function withValue(text: string, key: keyof StoragePlace, value: string | null): string {
  const document = parseDocument(text, { logLevel: 'silent' });
  if (document.errors.length > 0) throw unreadable();
  const memory = document.get('memory', true);
  const written = isMap(memory) ? memory.get(key, true) : undefined;
  if (isScalar(written) && written.range) {
    // What stands there is replaced and the rest of the line stays, however it is laid out.
    const [from, to] = written.range;
    return `${text.slice(0, from)}${value === null ? 'null' : JSON.stringify(value)}${text.slice(to)}`;
  }
  if (value === null) return text;
  const isEmpty = memory === undefined || memory === null || (isScalar(memory) && memory.value === null);
  if (isEmpty) document.set('memory', document.createNode({}));
  else if (!isMap(memory)) throw unreadable();
  document.setIn(['memory', key], value);
  return document.toString({ lineWidth: 0 });
}

const unreadable = () =>
  new AppError(
    'CONFLICT',
    'The configuration cannot be changed as it is; set memory.storage_type and memory.url in it by hand',
  );
