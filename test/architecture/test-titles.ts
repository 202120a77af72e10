import ts from 'typescript';
import { parse, type Source } from './sources.ts';

/**
 * The titles of a file's tests as they stand in its source, each behind those of its groups; what is put in when the
 * test runs is left open: "… cells of …".
 */
export function testTitles(source: Source): string[] {
  const titles: string[] = [];
  visit(parse(source), '');
  return titles;

  function visit(node: ts.Node, groups: string): void {
    const call = ts.isCallExpression(node) ? declared(node) : null;
    if (call?.kind === 'test') titles.push(groups + call.title);
    const inside = call?.kind === 'describe' ? `${groups}${call.title} ` : groups;
    ts.forEachChild(node, (child) => visit(child, inside));
  }
}

/** `test('…')`, `describe('…')`, a table of either, and those that run where they can; one that is always skipped is none. */
function declared(call: ts.CallExpression): { kind: Kind; title: string } | null {
  const [first] = call.arguments;
  const kind = kindOf(call.expression);
  const title = first && kind ? textOf(first) : null;
  return kind && title !== null ? { kind, title } : null;
}

type Kind = 'test' | 'describe';
const multiplying = /^(?:each|for|runIf|skipIf)$/;

function kindOf(callee: ts.Expression): Kind | null {
  if (ts.isIdentifier(callee)) return callee.text === 'test' || callee.text === 'describe' ? callee.text : null;
  if (!ts.isCallExpression(callee) || !ts.isPropertyAccessExpression(callee.expression)) return null;
  return multiplying.test(callee.expression.name.text) ? kindOf(callee.expression.expression) : null;
}

function textOf(node: ts.Expression): string | null {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return null;
  return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join('');
}
