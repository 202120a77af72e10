import { describe, expect, test } from 'vitest';
import { fromBufferPromise } from 'yauzl';
import { writeZip } from './index.ts';

const files = [
  { name: 'about.json', content: Buffer.from('{}') },
  { name: 'folder/log.txt', content: Buffer.from('line\n'.repeat(1_000)) },
];
const at = new Date('2026-11-24T08:30:12Z');

describe('a zip of ours', () => {
  test('holds its files in order, packed, with one time for all and nobody’s rights but the owner’s', async () => {
    const zip = await fromBufferPromise(await writeZip(files, at));
    const found = [];
    for await (const entry of zip.eachEntry())
      found.push({
        name: entry.fileName,
        bytes: entry.uncompressedSize,
        isPacked: entry.compressedSize < entry.uncompressedSize,
        at: entry.getLastModDate(),
        mode: entry.externalFileAttributes >>> 16,
      });
    expect(found).toEqual([
      { name: 'about.json', bytes: 2, isPacked: false, at, mode: 0o100600 },
      { name: 'folder/log.txt', bytes: 5_000, isPacked: true, at, mode: 0o100600 },
    ]);
  });

  test('is the same to the byte for the same files at the same time', async () => {
    expect(await writeZip(files, at)).toEqual(await writeZip(files, new Date(at)));
    expect(await writeZip(files, at)).not.toEqual(await writeZip(files, new Date(0)));
  });

  test('is not written with one name twice', async () => {
    const twice = [...files, { name: 'ABOUT.json', content: Buffer.from('{}') }];
    await expect(writeZip(twice, at)).rejects.toMatchObject({ name: 'ArchiveRefused', fault: 'name' });
  });
});
