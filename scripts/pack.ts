// Packs the desktop product for each system as `npm test` does, with a stand-in for Electron, and leaves the folders in
// release/stub to look into. The Linux one starts: release/stub/linux-x64/linux-unpacked/clawdbot serve

import { writeNotices } from './packing/notices.ts';
import { megabytes, missingForPacking, packDeb, packWithStandIn, sizeOf } from './packing/pack.ts';
import { targets } from './packing/targets.ts';
import { endChildrenOnSignal, runNode, seconds } from './process.ts';
import { at, requireNode24, root } from './project.ts';

requireNode24();
endChildrenOnSignal();
try {
  await packAll();
} catch (error) {
  console.error(`pack   FAILED: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function packAll(): Promise<void> {
  const build = await runNode([at('scripts/build.ts')], { output: 'inherit' });
  if (build.code !== 0) throw new Error('the build failed');
  await writeNotices(at('release/notices'));
  for (const target of targets) {
    const started = performance.now();
    const to = at('release/stub', `${target.platform}-${target.arch}`);
    const packed = await packWithStandIn(target, to);
    const took = seconds(performance.now() - started);
    console.log(
      `pack   ${packed.folder.slice(root.length + 1)}, ours ${megabytes(await sizeOf(packed.resources))}, ${took}`,
    );
    if (target.platform !== 'linux') continue;
    const missing = await missingForPacking();
    if (missing !== null) console.log(`pack   no .deb: ${missing}`);
    else {
      const deb = await packDeb(packed, to);
      console.log(`pack   ${deb.slice(root.length + 1)}, ${megabytes(await sizeOf(deb))}`);
    }
  }
  console.log('pack   with a stand-in for Electron: these show what is inside, and are no program to hand out');
}
