#!/usr/bin/env node
// The command-line program. Plain JavaScript of Node 18, because the first thing it does is to find the Node it needs.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const neededMajor = 24;
const home = dirname(dirname(fileURLToPath(import.meta.url)));
const bundle = join(home, 'dist', 'main', 'headless.js');
const source = join(home, 'src-main', 'hosts', 'headless', 'main.ts');

if (majorOf(process.versions.node) >= neededMajor) await runHere();
else runWith(ownNode());

/** Standard output belongs to the product: the first line of `serve --json` is read by programs. */
async function runHere() {
  const entry = [bundle, source].find((file) => existsSync(file));
  if (!entry) {
    fail(`${bundle} is missing; run: npm run build`, `缺少 ${bundle}；请运行：npm run build`);
    return;
  }
  await import(pathToFileURL(entry).href);
}

/** The Node that the project pins as an optional dependency, or null on a platform that has none. */
function ownNode() {
  const folder = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const binary = process.platform === 'win32' ? 'node.exe' : 'node';
  // Beside this package when it was installed as a dependency of another, in its own node_modules otherwise.
  const roots = [join(home, 'node_modules'), dirname(home)];
  return roots.map((root) => join(root, folder, 'bin', binary)).find((file) => existsSync(file)) ?? null;
}

function runWith(node) {
  if (node === null || process.env.CLAWDBOT_OWN_NODE === '1') {
    fail(
      `Clawdbot needs Node ${neededMajor} or newer and this is ${process.version}; install it from https://nodejs.org`,
      `Clawdbot 需要 Node ${neededMajor} 或更新版本，当前为 ${process.version}；请从 https://nodejs.org 安装`,
    );
    return;
  }
  const child = spawn(node, process.argv.slice(1), {
    stdio: 'inherit',
    env: { ...process.env, CLAWDBOT_OWN_NODE: '1' },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // A terminal gives Ctrl-C and its own closing to the child as well; a second copy would read as "stop at once".
      if (signal === 'SIGTERM' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on('error', (error) => fail(`${node} does not start: ${error.message}`, `无法启动 ${node}：${error.message}`));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
  });
}

function majorOf(version) {
  return Number.parseInt(version, 10);
}

function fail(english, chinese) {
  process.stderr.write(`${english}\n${chinese}\n`);
  process.exitCode = 1;
}
