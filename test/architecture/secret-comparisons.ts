import ts from 'typescript';
import { type Finding, find, type Source } from './sources.ts';

/** Names of values that only their owner may know, or that prove it. */
const secretName = /(?:secret|signature|digest|hmac|password|passphrase|api_?key|(?<!next_?|parse)token)s?$/i;
const equality = new Set([
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
  ts.SyntaxKind.EqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsToken,
]);
const comparing = /^(?:equals|compare|localeCompare|startsWith|endsWith|includes|indexOf)$/;

/** Comparisons that stop at the first difference, or that are made anywhere but in the one place for them. */
export function secretComparisons(source: Source): Finding[] {
  return find(source, (node) => {
    if (ts.isBinaryExpression(node) && equality.has(node.operatorToken.kind)) return ofOperands(node);
    if (ts.isCallExpression(node)) return ofCall(node);
    return ts.isIdentifier(node) && node.text === 'timingSafeEqual' && ts.isImportSpecifier(node.parent)
      ? 'imports timingSafeEqual; use hexDigestsEqual of foundation/digest.ts'
      : null;
  });
}

/** With a constant in the source no secret is guessed. */
function ofOperands({ left, right }: ts.BinaryExpression): string | null {
  if (isConstant(left) || isConstant(right)) return null;
  const secret = [left, right].find(isSecret);
  return secret ? `compares ${secret.getText()} with an operator` : null;
}

function ofCall({ expression, arguments: given }: ts.CallExpression): string | null {
  if (!ts.isPropertyAccessExpression(expression) || !comparing.test(expression.name.text)) return null;
  if (given.every(isConstant)) return null;
  const secret = [expression.expression, ...given].find(isSecret);
  return secret ? `compares ${secret.getText()} with ${expression.name.text}` : null;
}

function isSecret(node: ts.Expression): boolean {
  if (ts.isIdentifier(node)) return secretName.test(node.text);
  if (ts.isPropertyAccessExpression(node)) return secretName.test(node.name.text);
  if (ts.isElementAccessExpression(node)) return isSecret(node.argumentExpression) || isSecret(node.expression);
  if (ts.isStringLiteralLike(node)) return secretName.test(node.text);
  if (ts.isCallExpression(node)) {
    const { expression } = node;
    return isSecret(expression) || (ts.isPropertyAccessExpression(expression) && isSecret(expression.expression));
  }
  if (ts.isNonNullExpression(node) || ts.isParenthesizedExpression(node) || ts.isAsExpression(node)) {
    return isSecret(node.expression);
  }
  return false;
}

const isConstant = (node: ts.Expression): boolean =>
  ts.isLiteralExpression(node) ||
  ts.isTypeOfExpression(node) ||
  node.kind === ts.SyntaxKind.NullKeyword ||
  node.kind === ts.SyntaxKind.TrueKeyword ||
  node.kind === ts.SyntaxKind.FalseKeyword ||
  (ts.isIdentifier(node) && node.text === 'undefined');
