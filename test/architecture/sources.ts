import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import ts from 'typescript';

export interface Source {
  /** From the root of the checkout, with slashes. */
  path: string;
  text: string;
}

export interface Finding {
  path: string;
  line: number;
  what: string;
}

/** Every .ts and .tsx file of the folders. Throws when there is none: a check of nothing would pass for ever. */
export async function readSources(root: string, folders: readonly string[]): Promise<Source[]> {
  const files = await Promise.all(
    folders.map(async (folder) => {
      const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
        .map((entry) => join(entry.parentPath, entry.name));
    }),
  );
  const paths = files.flat();
  if (paths.length === 0)
    throw new Error(`0 files seen in ${folders.join(', ')} of ${root}: the check would check nothing`);
  return Promise.all(
    paths.map(async (path) => ({
      path: relative(root, path).replaceAll(sep, '/'),
      text: await readFile(path, 'utf8'),
    })),
  );
}

export const isTest = ({ path }: Source) => /\.test\.tsx?$/.test(path);

/** Imports of a package, by whatever syntax. */
export function importsOf(name: string, source: Source): Finding[] {
  return find(source, (node) => {
    const named =
      (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) ? node.moduleSpecifier : undefined) ??
      (ts.isCallExpression(node) && isImportCall(node) ? node.arguments[0] : undefined);
    if (!named || !ts.isStringLiteralLike(named)) return null;
    return named.text === name || named.text.startsWith(`${name}/`) ? `imports ${named.text}` : null;
  });
}

/**
 * Imports of values from node:http or node:https. An import reads every export, and reading `WebSocket` loads a client
 * that nobody asked for: 13 MB. `process.getBuiltinModule` does not.
 */
export function heavyImports(source: Source): Finding[] {
  return find(source, (node) => {
    if (!ts.isImportDeclaration(node) || !/^(node:)?https?$/.test(textOf(node.moduleSpecifier))) return null;
    const clause = node.importClause;
    if (clause?.phaseModifier === ts.SyntaxKind.TypeKeyword) return null;
    const bindings = clause?.namedBindings;
    const typesOnly =
      bindings &&
      ts.isNamedImports(bindings) &&
      !clause?.name &&
      bindings.elements.every(({ isTypeOnly }) => isTypeOnly);
    return typesOnly ? null : `imports ${textOf(node.moduleSpecifier)}; use process.getBuiltinModule`;
  });
}

/** Commands handed to a shell as one string: `shell: true`, `exec` and `execSync` of node:child_process. */
export function shellStrings(source: Source): Finding[] {
  return find(source, (node) => {
    if (
      ts.isPropertyAssignment(node) &&
      node.name.getText() === 'shell' &&
      node.initializer.kind !== ts.SyntaxKind.FalseKeyword
    ) {
      return 'passes a shell option';
    }
    if (!ts.isImportDeclaration(node) || !/^(node:)?child_process$/.test(textOf(node.moduleSpecifier))) return null;
    const bindings = node.importClause?.namedBindings;
    if (!bindings || !ts.isNamedImports(bindings))
      return 'imports all of child_process, exec included; import spawn or execFile by name';
    const shell = bindings.elements.find((element) =>
      /^exec(Sync)?$/.test((element.propertyName ?? element.name).text),
    );
    return shell ? `imports ${shell.getText()}` : null;
  });
}

export function consoleCalls(source: Source): Finding[] {
  return find(source, (node) =>
    ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'console'
      ? node.getText()
      : null,
  );
}

/** Attributes that a person reads or hears. */
const spoken =
  /^(aria-(label|description|roledescription|placeholder|valuetext)|alt|description|errorMessage|label|placeholder|title)$/;

/** Words for the user that stand in a component and not in a locale file. */
export function unlocalisedTexts(source: Source): Finding[] {
  return find(source, (node) => {
    if (ts.isJsxText(node)) return hasWords(node.text) ? `shows "${node.text.trim()}"` : null;
    if (!ts.isStringLiteralLike(node) && !ts.isTemplateExpression(node)) return null;
    const text = ts.isTemplateExpression(node)
      ? [node.head, ...node.templateSpans.map(({ literal }) => literal)].map(({ text: part }) => part).join(' ')
      : node.text;
    // Whatever the place, a Chinese sentence in code is one that an English reader gets too.
    if (/\p{Script=Han}/u.test(text)) return `says "${text}"`;
    return hasWords(text) && isShown(node) ? `shows "${text}"` : null;
  });
}

/** True for a value that becomes a child or a spoken attribute, directly or as a branch of a condition. */
function isShown(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isConditionalExpression(parent)) return parent.condition !== node && isShown(parent);
  if (ts.isParenthesizedExpression(parent)) return isShown(parent);
  if (ts.isBinaryExpression(parent)) return isValueOfBinary(parent, node) && isShown(parent);
  if (ts.isJsxAttribute(parent)) return spoken.test(parent.name.getText());
  if (!ts.isJsxExpression(parent)) return false;
  return ts.isJsxAttribute(parent.parent) ? spoken.test(parent.parent.name.getText()) : true;
}

function isValueOfBinary(binary: ts.BinaryExpression, node: ts.Node): boolean {
  const { QuestionQuestionToken, BarBarToken, AmpersandAmpersandToken, PlusToken } = ts.SyntaxKind;
  const operator = binary.operatorToken.kind;
  if (operator === AmpersandAmpersandToken) return binary.right === node;
  return operator === QuestionQuestionToken || operator === BarBarToken || operator === PlusToken;
}

const hasWords = (text: string) => /\p{L}{2,}/u.test(text);
const textOf = (node: ts.Node) => (ts.isStringLiteralLike(node) ? node.text : '');
const isImportCall = ({ expression }: ts.CallExpression) =>
  expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(expression) && expression.text === 'require');

/** Looks at every node of a file; what `look` says of one is a finding. */
export function find(source: Source, look: (node: ts.Node) => string | null): Finding[] {
  const { path } = source;
  const file = parse(source);
  const findings: Finding[] = [];
  const visit = (node: ts.Node) => {
    const what = look(node);
    if (what !== null)
      findings.push({ path, line: file.getLineAndCharacterOfPosition(node.getStart()).line + 1, what });
    ts.forEachChild(node, visit);
  };
  visit(file);
  return findings;
}

export const parse = ({ path, text }: Source): ts.SourceFile =>
  ts.createSourceFile(
    path,
    text,
    ts.ScriptTarget.Latest,
    true,
    path.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS,
  );
