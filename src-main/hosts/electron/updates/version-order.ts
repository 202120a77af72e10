import * as z from 'zod';

/** The versions that we give: three numbers, and before a release a kind and a count. */
const shape = /^(\d{1,5})\.(\d{1,5})\.(\d{1,5})(?:-(alpha|beta|rc)\.(\d{1,5}))?$/;
export const VersionText = z.string().regex(shape);

/** Kinds in the order in which they come before a release. */
const kinds = ['alpha', 'beta', 'rc'];

/** Whether a version comes after another. What is no version of ours comes after nothing, and nothing after it. */
export function isNewer(version: string, than: string): boolean {
  const [a, b] = [partsOf(version), partsOf(than)];
  if (!a || !b) return false;
  const at = a.findIndex((part, index) => part !== b[index]);
  return at >= 0 && (a[at] ?? 0) > (b[at] ?? 0);
}

function partsOf(version: string): number[] | null {
  const found = shape.exec(version);
  if (!found) return null;
  const [, major, minor, patch, kind, count] = found;
  return [major, minor, patch, kind === undefined ? kinds.length : kinds.indexOf(kind), count ?? 0].map(Number);
}
