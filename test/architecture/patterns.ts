import ts from 'typescript';
import { type Finding, find, type Source } from './sources.ts';

/**
 * Regular expressions put together from values. One written by somebody else can take for ever; one into which somebody
 * else's text goes can, too, or match what it should not. Constants of the same file, put together, are as good as written.
 */
export function builtPatterns(source: Source): Finding[] {
  return find(source, (node) => {
    if (!ts.isNewExpression(node) && !ts.isCallExpression(node)) return null;
    if (nameOf(node.expression) !== 'RegExp') return null;
    const [pattern] = node.arguments ?? [];
    return pattern && isConstant(pattern, new Set()) ? null : `builds the pattern ${pattern?.getText() ?? ''}`;
  });
}

function nameOf(node: ts.Expression): string {
  if (ts.isIdentifier(node)) return node.text;
  return ts.isPropertyAccessExpression(node) ? node.name.text : '';
}

function isConstant(node: ts.Expression, seen: Set<string>): boolean {
  if (ts.isStringLiteralLike(node) || ts.isRegularExpressionLiteral(node)) return true;
  if (ts.isParenthesizedExpression(node)) return isConstant(node.expression, seen);
  if (ts.isTaggedTemplateExpression(node))
    return (
      node.tag.getText() === 'String.raw' &&
      (ts.isNoSubstitutionTemplateLiteral(node.template) || spansOf(node.template, seen))
    );
  if (ts.isTemplateExpression(node)) return spansOf(node, seen);
  if (ts.isBinaryExpression(node))
    return (
      node.operatorToken.kind === ts.SyntaxKind.PlusToken && isConstant(node.left, seen) && isConstant(node.right, seen)
    );
  if (ts.isPropertyAccessExpression(node)) return node.name.text === 'source' && isConstant(node.expression, seen);
  return ts.isIdentifier(node) && isConstantName(node, seen);
}

const spansOf = (template: ts.TemplateExpression, seen: Set<string>): boolean =>
  template.templateSpans.every(({ expression }) => isConstant(expression, seen));

/** A `const` at the top of the file whose value is constant, and that nothing nearer hides. */
function isConstantName(node: ts.Identifier, seen: Set<string>): boolean {
  if (seen.has(node.text)) return false;
  const declarations = new Set<ts.VariableDeclaration | ts.ParameterDeclaration | ts.BindingElement>();
  const visit = (inner: ts.Node): void => {
    const declares = ts.isVariableDeclaration(inner) || ts.isParameter(inner) || ts.isBindingElement(inner);
    if (declares && ts.isIdentifier(inner.name) && inner.name.text === node.text) declarations.add(inner);
    ts.forEachChild(inner, visit);
  };
  visit(node.getSourceFile());
  const [only, another] = declarations;
  if (!only || another || !ts.isVariableDeclaration(only) || !only.initializer) return false;
  const list = only.parent;
  const atTop = ts.isVariableDeclarationList(list) && list.parent.parent === node.getSourceFile();
  if (!atTop || (list.flags & ts.NodeFlags.Const) === 0) return false;
  return isConstant(only.initializer, new Set([...seen, node.text]));
}
