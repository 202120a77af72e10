// Compiles the addon of the optional package faiss-node against the system's faiss and puts it where the package looks for
// it, because what the package itself would do is fetch a binary or faiss's sources. Debian and Ubuntu: libfaiss-dev,
// libopenblas-dev and g++; macOS (not tried): faiss, libomp and openblas of Homebrew. --force builds anew.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { requireNode24 } from './project.ts';

requireNode24();
const require = createRequire(import.meta.url);
const folder = dirname(require.resolve('faiss-node/package.json'));
const addon = join(folder, 'build/Release/faiss-node.node');

if (!existsSync(addon) || process.argv.includes('--force')) compile();
if (answer() !== '1') throw new Error(`${addon} does not answer; build it again with --force`);
console.log(`faiss  ${addon}`);

function compile(): void {
  const nodeFolder = dirname(dirname(process.execPath));
  const headers = [join(nodeFolder, 'include/node'), '/usr/include/node'].find((each) =>
    existsSync(join(each, 'node_api.h')),
  );
  if (!headers) throw new Error(`node_api.h is neither in ${nodeFolder}/include/node nor in /usr/include/node`);
  mkdirSync(dirname(addon), { recursive: true });
  // The addon is written for faiss 1.7.4; in 1.7.3, which Debian 12 has, this type has another name.
  const bridge = join(dirname(addon), 'faiss-bridge.h');
  writeFileSync(
    bridge,
    `#include <faiss/Index.h>
#if FAISS_VERSION_MAJOR == 1 && (FAISS_VERSION_MINOR < 7 || (FAISS_VERSION_MINOR == 7 && FAISS_VERSION_PATCH < 4))
namespace faiss { using idx_t = Index::idx_t; }
#endif
`,
  );
  const napi = dirname(createRequire(join(folder, 'package.json')).resolve(`${'node-addon-api'}/package.json`));
  const isMac = process.platform === 'darwin';
  const shared = isMac ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared'];
  const libraries = isMac ? ['-framework', 'Accelerate', '-lomp'] : ['-lopenblas', '-fopenmp'];
  execFileSync(
    'c++',
    ['-std=c++17', '-O2', '-fPIC', '-DNAPI_VERSION=6', '-include', bridge, `-I${headers}`, `-I${napi}`].concat(
      shared,
      ['-o', addon, join(folder, 'src/faiss.cc'), '-lfaiss'],
      libraries,
    ),
    { stdio: 'inherit' },
  );
}

/** In a process of its own: an addon that does not fit may end it. */
function answer(): string {
  const script =
    "const {IndexFlatIP}=require('faiss-node');const i=new IndexFlatIP(2);i.add([1,0,0,1]);process.stdout.write(String(i.search([0,1],1).labels[0]))";
  return execFileSync(process.execPath, ['-e', script], { encoding: 'utf8', cwd: join(folder, '../..') });
}
