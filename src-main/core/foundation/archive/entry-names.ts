import { ArchiveRefused } from './archive-refused.ts';

const longestName = 1024;
/** As much as file systems take of one part. */
const longestPartBytes = 255;
/** Control characters, what cannot be seen or turns the direction of writing, and what Windows gives a meaning. */
const notInNames = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\\:*?"<>|\u{fffd}]/u;
/** Devices of Windows, whatever follows the first dot. */
const devices = /^\s*(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])\s*(?:\.|$)/i;

/**
 * The names of one archive as they come. A name is refused where it could lead out of a folder, mean another thing on
 * another system, or be the same file as an earlier one on any of them.
 */
export function createEntryNames() {
  /** As the least careful file system sees them; a folder that was only entered is not named yet. */
  const named = new Set<string>();
  const folders = new Set<string>();

  return {
    /** The name as it may be used, without the slash that ends a folder's. @throws ArchiveRefused */
    take(raw: Buffer, isUtf8: boolean): { name: string; isFolder: boolean } {
      const written = decode(raw, isUtf8);
      const isFolder = written.endsWith('/');
      const name = isFolder ? written.slice(0, -1) : written;
      const parts = name.split('/');
      const why = name.length > longestName ? 'a path is too long' : firstFault(parts);
      if (why !== null) throw new ArchiveRefused('name', why);
      for (let depth = 1; depth < parts.length; depth++) enter(asOne(parts.slice(0, depth).join('/')));
      claim(asOne(name), isFolder);
      return { name, isFolder };
    },
  };

  function enter(folder: string): void {
    if (named.has(folder) && !folders.has(folder)) throw clash();
    folders.add(folder);
  }

  /** A folder may be entered before and after it is named, and is named once. */
  function claim(name: string, isFolder: boolean): void {
    if (named.has(name) || (!isFolder && folders.has(name))) throw clash();
    named.add(name);
    if (isFolder) folders.add(name);
  }
}

const clash = () => new ArchiveRefused('name', 'two names are the same, or would be on some system');

/**
 * Upper and lower case, composed and decomposed letters, wide and narrow forms: on some file system one and the same.
 * Lower case comes first, for the capital sharp s has no upper case to become SS as the small one does.
 */
const asOne = (name: string): string => name.normalize('NFKC').toLowerCase().toUpperCase().normalize('NFKC');

/** Names are UTF-8 where the archive says so, and ASCII elsewhere: any other code page would be a guess. */
function decode(raw: Buffer, isUtf8: boolean): string {
  if (!isUtf8 && raw.some((byte) => byte > 0x7e)) throw new ArchiveRefused('name', 'a name is in an unknown code page');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(raw);
  } catch (cause) {
    throw new ArchiveRefused('name', 'a name is no UTF-8', { cause });
  }
}

function firstFault(parts: readonly string[]): string | null {
  for (const part of parts) {
    if (part === '') return 'a name is empty, or begins at the root';
    if (part === '.' || part === '..') return 'a name leads elsewhere';
    if (notInNames.test(part)) return 'a name holds a character that has no place in one';
    if (/[. ]$|^ /.test(part)) return 'a name ends in a dot or a space, or begins with one';
    if (devices.test(part)) return 'a name is a device on Windows';
    if (Buffer.byteLength(part) > longestPartBytes) return 'a name is too long';
  }
  return null;
}
