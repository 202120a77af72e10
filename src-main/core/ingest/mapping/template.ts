import {
  describeKind,
  describeMiss,
  follow,
  formatPath,
  type JsonPath,
  PathSyntaxError,
  parsePath,
} from './json-path.ts';

/** Text as it stands, or the first of several paths that leads to something. */
type Part = { type: 'text'; text: string } | { type: 'value'; paths: readonly JsonPath[] };
export type Template = readonly Part[];

const maxPlaceholders = 32;
const maxAlternatives = 8;

/** Parses `text {{path | other.path}} text`. Throws PathSyntaxError with a sentence that says where. */
export function parseTemplate(source: string): Template {
  const parts: Part[] = [];
  let at = 0;
  for (let open = source.indexOf('{{'); open !== -1; open = source.indexOf('{{', at)) {
    if (open > at) parts.push({ type: 'text', text: source.slice(at, open) });
    const { paths, end } = parsePlaceholder(source, open + 2);
    parts.push({ type: 'value', paths });
    if (parts.length > maxPlaceholders * 2)
      throw new PathSyntaxError(`a template has at most ${maxPlaceholders} places`);
    at = end;
  }
  if (at < source.length) parts.push({ type: 'text', text: source.slice(at) });
  return parts;
}

function parsePlaceholder(source: string, start: number): { paths: JsonPath[]; end: number } {
  const paths: JsonPath[] = [];
  for (let at = start; ; ) {
    const { path, end } = parsePath(source, skipSpace(source, at));
    paths.push(path);
    if (paths.length > maxAlternatives)
      throw new PathSyntaxError(`at most ${maxAlternatives} paths may be joined by |`);
    const next = skipSpace(source, end);
    if (source.startsWith('}}', next)) return { paths, end: next + 2 };
    if (source[next] !== '|')
      throw new PathSyntaxError(`character ${next + 1} of the template: expected }} or | or the path to go on`);
    at = next + 1;
  }
}

function skipSpace(source: string, start: number): number {
  let at = start;
  while (source[at] === ' ' || source[at] === '\t' || source[at] === '\n') at++;
  return at;
}

/** Whether the template is one place alone, so that its value keeps its type. */
export const isSinglePath = (template: Template): boolean => template.length === 1 && template[0]?.type === 'value';

/** `missing`: there is nothing at the place. `unfit`: there is something that cannot stand inside a text. */
export type Rendered =
  | { type: 'value'; value: unknown }
  | { type: 'missing'; why: string }
  | { type: 'unfit'; why: string };

/**
 * The value of a template. A place that leads nowhere (or to null) is left empty in `lenient` text as long as another
 * one leads somewhere; otherwise the whole template is missing: an id with a hole in it would be shared by strangers.
 */
export function render(template: Template, payload: unknown, { lenient }: { lenient: boolean }): Rendered {
  const single = isSinglePath(template);
  const pieces: unknown[] = [];
  const misses: string[] = [];
  let found = 0;
  for (const part of template) {
    if (part.type === 'text') {
      pieces.push(part.text);
      continue;
    }
    const hit = firstThatExists(part.paths, payload);
    if (!hit) misses.push(part.paths.map((path) => describeMiss(payload, path)).join('; '));
    else if (!single && typeof hit.value === 'object')
      return { type: 'unfit', why: `${formatPath(hit.path)} is ${describeKind(hit.value)}, which is no text` };
    else found++;
    pieces.push(hit?.value ?? '');
  }
  if (misses.length > 0 && (!lenient || found === 0)) return { type: 'missing', why: misses.join('; ') };
  return { type: 'value', value: single ? pieces[0] : pieces.map(String).join('') };
}

function firstThatExists(paths: readonly JsonPath[], payload: unknown): { path: JsonPath; value: unknown } | null {
  for (const path of paths) {
    const value = follow(payload, path);
    if (value !== undefined && value !== null) return { path, value };
  }
  return null;
}
