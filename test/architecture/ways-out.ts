import ts from 'typescript';
import { type Finding, find, type Source } from './sources.ts';

/** What opens a connection to somewhere, by the module it comes from. Servers listen and call nobody. */
const calling: Readonly<Record<string, RegExp>> = {
  http: /^(?:request|get|ClientRequest|WebSocket)$/,
  https: /^(?:request|get)$/,
  http2: /^connect$/,
  // `request` is that of Electron's module of this name.
  net: /^(?:connect|createConnection|request|Socket|Stream)$/,
  tls: /^(?:connect|TLSSocket)$/,
};
const modules = Object.keys(calling).join('|');
/** Nothing in these is of use to anybody but a caller. `ws` serves as well; there only its client counts. */
const onlyCalling =
  /^(?:node:)?(?:undici|dgram|inspector|axios|got|node-fetch|ky|follow-redirects|cross-fetch|electron-updater|pg|mysql2)(?:\/|$)/;
const globalClients = /^(?:WebSocket|EventSource|XMLHttpRequest|WebSocketStream|WebTransport)$/;

/** Ways to another machine, each of which belongs in the one module that checks where it leads. */
export function waysOut(source: Source): Finding[] {
  return find(source, (node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return ofImport(node);
    if (ts.isCallExpression(node)) return ofCall(node);
    if (ts.isNewExpression(node)) return ofNew(node);
    if (ts.isPropertyAccessExpression(node)) return ofProperty(node);
    if (ts.isVariableDeclaration(node)) return ofBuiltin(node);
    return ts.isIdentifier(node) && node.text === 'fetch' && isValue(node) ? 'uses fetch' : null;
  });
}

function ofImport(node: ts.ImportDeclaration | ts.ExportDeclaration): string | null {
  const from = node.moduleSpecifier && ts.isStringLiteralLike(node.moduleSpecifier) ? node.moduleSpecifier.text : '';
  if (isTypeOnly(node)) return null;
  if (onlyCalling.test(from)) return `imports ${from}`;
  const names = calling[from.replace(/^node:/, '')];
  if (!names && from !== 'ws') return null;
  const bindings = ts.isImportDeclaration(node) ? node.importClause?.namedBindings : node.exportClause;
  const hasDefault = ts.isImportDeclaration(node) && node.importClause?.name !== undefined;
  if (hasDefault || !bindings || (!ts.isNamedImports(bindings) && !ts.isNamedExports(bindings)))
    return `imports all of ${from}; import by name`;
  const client = bindings.elements.find(({ isTypeOnly: type, propertyName, name }) => {
    const imported = (propertyName ?? name).text;
    return !type && (names ? names.test(imported) : imported === 'WebSocket' || imported === 'createWebSocketStream');
  });
  return client ? `imports ${client.getText()} of ${from}` : null;
}

function isTypeOnly(node: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  return ts.isImportDeclaration(node)
    ? node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
    : node.isTypeOnly;
}

/** `getBuiltinModule('node:http').request` and its like, and imports at run time. */
function ofCall(node: ts.CallExpression): string | null {
  const [first] = node.arguments;
  const imports =
    node.expression.kind === ts.SyntaxKind.ImportKeyword ||
    (ts.isIdentifier(node.expression) && node.expression.text === 'require');
  if (!imports || !first || !ts.isStringLiteralLike(first)) return null;
  return onlyCalling.test(first.text) || new RegExp(`^(?:node:)?(?:${modules})$`).test(first.text)
    ? `imports ${first.text} at run time`
    : null;
}

function ofNew({ expression }: ts.NewExpression): string | null {
  const name = ts.isPropertyAccessExpression(expression) ? expression.name : expression;
  return ts.isIdentifier(name) && globalClients.test(name.text) ? `new ${name.text}` : null;
}

function ofProperty(node: ts.PropertyAccessExpression): string | null {
  const { expression, name } = node;
  if (name.text === 'fetch') return `uses ${node.getText().slice(0, 60)}`;
  if (name.text === 'sendBeacon') return 'uses sendBeacon';
  const owner = ts.isIdentifier(expression) ? expression.text : '';
  const names = Object.hasOwn(calling, owner) ? calling[owner] : undefined;
  if (names?.test(name.text)) return `uses ${owner}.${name.text}`;
  const from = builtinOf(expression);
  if (from === null) return null;
  return from === '' || calling[from]?.test(name.text) ? `uses ${name.text} of a module fetched at run time` : null;
}

/** `const { request } = process.getBuiltinModule(…)`, and the whole module under a name. */
function ofBuiltin({ name, initializer }: ts.VariableDeclaration): string | null {
  const from = initializer ? builtinOf(initializer) : null;
  if (from === null) return null;
  if (!ts.isObjectBindingPattern(name))
    return from === '' || from in calling ? 'names a whole module of the network' : null;
  const client = name.elements.find(({ propertyName, name: local }) => {
    const taken = (propertyName ?? local).getText();
    return from === '' ? /^(?:request|get|connect|createConnection)$/.test(taken) : calling[from]?.test(taken);
  });
  return client ? `takes ${client.getText()} of a module fetched at run time` : null;
}

/** The module that `process.getBuiltinModule` fetches; '' where the name is not written out; null for anything else. */
function builtinOf(node: ts.Expression): string | null {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return null;
  if (node.expression.name.text !== 'getBuiltinModule') return null;
  const [named] = node.arguments;
  return named && ts.isStringLiteralLike(named) ? named.text.replace(/^node:/, '') : '';
}

/** Not a name for something of ours, such as a parameter, a field or a type. */
function isValue(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isTypeQueryNode(parent) || ts.isImportSpecifier(parent)) return false;
  if (ts.isPropertyAccessExpression(parent)) return false;
  return !(
    (ts.isPropertyAssignment(parent) ||
      ts.isPropertySignature(parent) ||
      ts.isMethodDeclaration(parent) ||
      ts.isMethodSignature(parent)) &&
    parent.name === node
  );
}
