import { Composer, CST, isMap, isScalar, isSeq, Lexer, LineCounter, type Node, Parser } from 'yaml';
import { dotted, printable } from './config-invalid.ts';

export interface Place {
  line: number;
  column: number;
}

export interface SourceProblem extends Place {
  path: readonly PropertyKey[];
  expected: string;
  found: string;
}

export type YamlSource = { problems: SourceProblem[] } | { problems: []; value: unknown; locate: Locate };
/** Where the key at `path` stands, or the nearest group around it. */
export type Locate = (path: readonly PropertyKey[]) => Place;

export const maxConfigBytes = 1024 * 1024;
// A large configuration (32 webhooks, 64 mappings) has 7,000 pieces and 8 levels. Within these bounds the worst files
// found, list items or commas without end, are refused in 30 to 50 ms on a cold start and the classic bombs in 3;
// without them one MiB of such a file takes seconds.
const maxPieces = 10_000;
const maxDepth = 64;
const maxTextLength = 64 * 1024;

/**
 * Parses the part of YAML 1.2 that a settings file needs: groups, lists and values. Anchors, aliases, tags, merge keys,
 * directives and several documents in one file are refused, which is what every known YAML bomb is made of. The reason
 * is worded here and not by the parser, whose messages quote the file and could show a secret.
 */
export function parseYaml(text: string): YamlSource {
  const lines = new LineCounter();
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const problem = (offset: number, expected: string, found: string, path: PropertyKey[] = []): SourceProblem => ({
    ...place(offset),
    path,
    expected,
    found,
  });

  const read = readTokens(text, lines);
  if ('refused' in read) return { problems: [problem(read.offset, 'plain groups, lists and values', read.refused)] };

  const composer = new Composer({
    uniqueKeys: false,
    stringKeys: true,
    merge: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const documents = [...composer.compose(read.tokens, true, text.length)];
  const second = documents[1];
  if (second) return { problems: [problem(second.range[0], 'one document', 'a second one after ---')] };
  const document = documents[0];
  const faults = [...(document?.errors ?? []), ...(document?.warnings ?? [])];
  if (faults.length > 0) {
    return {
      problems: faults
        .slice(0, 20)
        .map((fault) => problem(fault.pos[0], 'YAML', syntaxFaults[fault.code] ?? 'something that cannot be read')),
    };
  }

  const root = document?.contents ?? null;
  const keyProblems: SourceProblem[] = [];
  const value = toValue(root, [], (offset, path, expected, found) =>
    keyProblems.push(problem(offset, expected, found, path)),
  );
  if (keyProblems.length > 0) return { problems: keyProblems.slice(0, 20) };
  return { problems: [], value, locate: (path) => place(offsetOf(root, path)) };
}

type Read = { tokens: CST.Token[] } | { refused: string; offset: number };

/** Reads piece by piece, so that a file made to exhaust us is refused before anything is built from it. */
function readTokens(text: string, lines: LineCounter): Read {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  const tokens: CST.Token[] = [];
  let pieces = 0;
  let isText = false;
  for (const piece of new Lexer().lex(text)) {
    const offset = parser.offset;
    const refused = refusal(piece, isText, ++pieces, parser.stack.length);
    if (refused) return { refused, offset };
    isText = piece === CST.SCALAR;
    tokens.push(...parser.next(piece));
  }
  tokens.push(...parser.end());
  return { tokens };
}

function refusal(piece: string, isText: boolean, pieces: number, depth: number): string | null {
  if (pieces > maxPieces) return `more than ${maxPieces} pieces`;
  if (depth > maxDepth) return `more than ${maxDepth} levels of nesting`;
  if (piece.length > maxTextLength) return `a text of more than ${maxTextLength} characters`;
  return isText ? null : (refusedPieces[CST.tokenType(piece) ?? ''] ?? null);
}

const refusedPieces: Record<string, string> = {
  anchor: 'an anchor (&name); write the value out',
  alias: 'an alias (*name); write the value out, or put quotes around a text that starts with *',
  tag: 'a tag (!name); put quotes around a text that starts with !',
  'directive-line': 'a directive (%name)',
};

const syntaxFaults: Record<string, string> = {
  BAD_DQ_ESCAPE: 'an unknown escape after \\ in a double-quoted text (use single quotes for Windows paths)',
  BAD_INDENT: 'a line that is not indented like its neighbours',
  BAD_SCALAR_START: 'a text that starts with a reserved sign; put quotes around it',
  BLOCK_AS_IMPLICIT_KEY: 'a group on the line of another key; put it on a line of its own',
  BLOCK_IN_FLOW: 'an indented group inside { } or [ ]',
  KEY_OVER_1024_CHARS: 'a key that is too long',
  MISSING_CHAR: 'no closing quote or bracket, no colon, or no space after one',
  MULTILINE_IMPLICIT_KEY: 'a key of several lines, or a line without its colon',
  NON_STRING_KEY: 'a key that is not a text',
  TAB_AS_INDENT: 'a tab in the indentation; use spaces',
  UNEXPECTED_TOKEN: 'a sign that does not belong here',
};

type Report = (offset: number, path: PropertyKey[], expected: string, found: string) => void;

/** These would reach into the prototype of every object wherever a value is copied carelessly. */
const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

function toValue(node: unknown, path: PropertyKey[], report: Report): unknown {
  if (isScalar(node)) return node.value;
  if (isSeq(node)) return node.items.map((item, index) => toValue(item, [...path, index], report));
  if (!isMap(node)) return null;

  const entries = new Map<string, unknown>();
  for (const pair of node.items) {
    const key = keyText(pair.key);
    const offset = startOf(pair.key) ?? startOf(node) ?? 0;
    const keyPath = [...path, key];
    if (forbiddenKeys.has(key)) report(offset, keyPath, 'another name', `the reserved name ${key}`);
    else if (key === '<<') report(offset, keyPath, 'keys written out', 'a merge key');
    else if (entries.has(key))
      report(offset, keyPath, 'each key once', `${printable(dotted(keyPath), 200)} a second time`);
    else entries.set(key, toValue(pair.value, keyPath, report));
  }
  return Object.fromEntries(entries);
}

const keyText = (key: unknown): string => (isScalar(key) && typeof key.value === 'string' ? key.value : '');
const startOf = (node: unknown): number | null =>
  isScalar(node) || isMap(node) || isSeq(node) ? ((node as Node).range?.[0] ?? null) : null;

function offsetOf(root: unknown, path: readonly PropertyKey[]): number {
  let node: unknown = root;
  let offset = startOf(root) ?? 0;
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => keyText(item.key) === String(key));
      if (!pair) return offset;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof key === 'number') {
      node = node.items[key];
      offset = startOf(node) ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}
