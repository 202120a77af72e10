const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghij'.replaceAll(
  /./g,
  (c) =>
    `${c}: &${c} [${Array(9)
      .fill(`*${String.fromCharCode(c.charCodeAt(0) - 1)}`)
      .join()}]\n`,
)}`;
const size = 1024 * 1024;

/** Configurations meant to do harm, by what they are. Each must be refused, and soon. */
export const hostileYaml: [what: string, text: string][] = [
  ['a billion laughs', bomb],
  ['an alias', 'app: { host: *x }'],
  ['an anchor', 'app: &x {}'],
  ['a merge key', 'app: { "<<": { port: 1 } }'],
  ['merge keys of YAML 1.1', '%YAML 1.1\n---\napp: {}\n'],
  ['a tag that names code', 'app: !!js/function "function(){}"'],
  ['a tag', 'app: { host: !!str x }'],
  ['a second document', 'app: {}\n---\napp: {}\n'],
  ['a key twice', 'app: { port: 1 }\napp: { port: 2 }\n'],
  ['a key that is a list', '[a, b]: 1'],
  ['a tab as indentation', 'app:\n\tport: 1'],
  ['a million brackets', '['.repeat(size)],
  ['a million open groups', '{a: '.repeat(size / 4)],
  ['a million list items', '- a\n'.repeat(size / 4)],
  ['lists in lists', '- '.repeat(size / 2)],
  ['keys in keys', '? '.repeat(size / 2)],
  ['a hundred thousand keys', Array.from({ length: 100_000 }, (_, i) => `k${i}: 1`).join('\n')],
  ['a hundred thousand keys in one line', `{${Array.from({ length: 100_000 }, (_, i) => `k${i}`).join()}}`],
  ['a very long text', `a: "${'b'.repeat(size - 10)}"`],
  ['a text that never ends', `"${'a\n'.repeat(size / 2 - 1)}`],
  ['a plain text of many lines', 'a\n'.repeat(size / 2)],
  ['a million documents', '---\n'.repeat(size / 4)],
];
