import { ZipFile } from 'yazl';
import { createEntryNames } from './entry-names.ts';

/** Packs files into a zip that says nothing of whose they were: no owner, and one time for all of them. */
export async function writeZip(files: readonly { name: string; content: Buffer }[], at: Date): Promise<Buffer> {
  const names = createEntryNames();
  const zip = new ZipFile();
  for (const { name, content } of files) {
    names.take(Buffer.from(name), true);
    zip.addBuffer(content, name, { mtime: at, mode: 0o100600 });
  }
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
