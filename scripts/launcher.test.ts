import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { at } from './project.ts';

const isWindows = process.platform === 'win32';
/** Makes a Node believe that it is one of four years ago; the Node that the program then finds knows better. */
const asNode20 = [
  '--import',
  'data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.1.0"}})',
];

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'clawdbot-launcher-'));
  await write('package.json', '{"type":"module"}');
  await mkdir(join(home, 'bin'));
  await copyFile(at('bin/clawdbot.mjs'), join(home, 'bin/clawdbot.mjs'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(home, path)), { recursive: true });
  await writeFile(join(home, path), text);
}

async function bringNode(): Promise<void> {
  const folder = join(home, `node_modules/node-${isWindows ? 'win' : process.platform}-${process.arch}/bin`);
  await mkdir(folder, { recursive: true });
  await symlink(process.execPath, join(folder, isWindows ? 'node.exe' : 'node'));
}

function start(nodeArgs: readonly string[], ...args: string[]) {
  const child = spawn(process.execPath, [...nodeArgs, join(home, 'bin/clawdbot.mjs'), ...args], { stdio: 'pipe' });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => ({ code: Number(code), ...said }));
  return { child, said, ended };
}

const product = `
process.stdin.on('data', (chunk) => console.log('heard ' + chunk));
process.on('SIGTERM', () => { console.log('drained'); process.exit(0); });
console.log(JSON.stringify({ node: Number.parseInt(process.versions.node), args: process.argv.slice(2) }));
if (process.argv[2] === 'fail') process.exit(78);
setInterval(() => {}, 1000);
`;

test.each([
  ['a Node that is too old', asNode20],
  ['the right Node', []],
])('with %s the program runs, its output is its own and its exit code comes through', async (_, node) => {
  await bringNode();
  await write('dist/main/headless.js', product);

  const { code, out, err } = await start(node, 'fail', '--port', '0', 'two words').ended;

  expect(out).toBe(`${JSON.stringify({ node: 24, args: ['fail', '--port', '0', 'two words'] })}\n`);
  expect(err).toBe('');
  expect(code).toBe(78);
});

test('an order to stop, and what is typed, reach the product through the Node that was too old', async () => {
  await bringNode();
  await write('dist/main/headless.js', product);

  const { child, said, ended } = start(asNode20, 'serve');
  await once(child.stdout, 'data');
  child.stdin.write('hello');
  await once(child.stdout, 'data');
  child.kill('SIGTERM');

  expect(await ended).toMatchObject({ code: 0 });
  expect(said.out).toContain('heard hello\ndrained\n');
});

test('without a Node to run on it says in both languages what to install', async () => {
  const { code, out, err } = await start(asNode20, 'serve').ended;

  expect(code).toBe(1);
  expect(out).toBe('');
  expect(err).toContain('needs Node 24 or newer');
  expect(err).toContain('需要 Node 24');
  expect(err.trim().split('\n')).toHaveLength(2);
});

test('before the first build it says how to build', async () => {
  const { code, err } = await start([], 'serve').ended;

  expect(code).toBe(1);
  expect(err).toContain('npm run build');
});

test('in a checkout that was never built it runs from its sources', async () => {
  await write(
    'src-main/hosts/headless/main.ts',
    'const args: string[] = process.argv.slice(2);\nconsole.log(args.join());\n',
  );

  expect(await start([], 'doctor', '--json').ended).toEqual({ code: 0, out: 'doctor,--json\n', err: '' });
});
