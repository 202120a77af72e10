import { existsSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { DataFolderUnusable } from '../foundation/data-folder-unusable.ts';

export interface FolderPlace {
  /** The program that copies this folder to other machines, or null where none is known to. */
  syncedBy: string | null;
}

/**
 * Where the data folder lies. On a disk of another machine SQLite's log and locks do not hold (its page "Use of a database
 * over a network" says so), and the database would be damaged one day. A program that copies the folder to other
 * machines may copy the database half written, which is told and not refused: the copies suffer, the original does not.
 *
 * @throws DataFolderUnusable on a disk of another machine.
 */
export async function inspectPlace(dataDir: string): Promise<FolderPlace> {
  const path = await realpath(dataDir);
  const remote = remoteKindOf(path, process.platform, await readMounts());
  if (remote !== null) {
    throw new DataFolderUnusable({
      path: dataDir,
      reason: `it is on a disk of another machine (${remote}), where a database cannot be kept safely`,
      remedy: 'Choose a folder on a disk of this machine with --data.',
    });
  }
  return { syncedBy: syncedBy(path) };
}

/** What to tell of a folder that another program copies; empty otherwise. */
export const adviceOnPlace = (dataDir: string, { syncedBy: program }: FolderPlace): string[] =>
  program === null
    ? []
    : [
        `${dataDir} lies in a folder that ${program} copies to other machines; a database copied while it is written may not open there, and two machines must never run on it. Leave this folder out of ${program}, or stop Clawdbot, move the folder elsewhere and start with --data`,
      ];

async function readMounts(): Promise<string> {
  if (process.platform !== 'linux') return '';
  try {
    return await readFile('/proc/self/mountinfo', 'utf8');
  } catch (error) {
    // A container may hide /proc; what cannot be seen is not refused.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'EACCES')
      return '';
    throw error;
  }
}

const remoteTypes = new Set(
  'nfs nfs4 cifs smb3 smbfs ncpfs afs 9p ceph glusterfs lustre beegfs gpfs davfs vboxsf prl_fs'.split(' '),
);
const remotePrograms = new Set(
  'sshfs rclone s3fs gcsfuse glusterfs ceph-fuse curlftpfs davfs davfs2 smbnetfs vmhgfs-fuse juicefs mfs blobfuse2'.split(
    ' ',
  ),
);

/** The kind of disk of another machine that a path is on, or null. `mounts`: the text of Linux's /proc/self/mountinfo. */
export function remoteKindOf(path: string, platform: NodeJS.Platform, mounts: string): string | null {
  // \\server\share and \\?\UNC\server\share; \\?\C:\ and \\.\ are this machine's own.
  if (platform === 'win32') return /^\\\\(?:\?\\UNC\\|(?![?.]\\))[^\\]/i.test(path) ? 'a share of the network' : null;
  const type = mountTypeOf(path, mounts);
  if (type === null) return null;
  const program = type.startsWith('fuse.') ? type.slice('fuse.'.length) : null;
  return remoteTypes.has(type) || (program !== null && remotePrograms.has(program)) ? type : null;
}

/** The file system of the mount that holds a path: of the mounts whose point leads to it, the longest, and of those the last. */
function mountTypeOf(path: string, mounts: string): string | null {
  let type: string | null = null;
  let longest = -1;
  for (const line of mounts.split('\n')) {
    // 36 35 98:0 /root /mount/point rw,noatime shared:1 - nfs4 server:/export rw
    const [before = '', after = ''] = line.split(' - ');
    const point = unescaped(before.split(' ')[4] ?? '');
    if (point === '' || point.length < longest || !leadsTo(point, path)) continue;
    longest = point.length;
    type = after.split(' ')[0] ?? null;
  }
  return type;
}

const leadsTo = (folder: string, path: string): boolean =>
  folder === '/' || path === folder || path.startsWith(`${folder}/`);

/** Spaces and the like stand there in octal. */
const unescaped = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

/** Programs by what they leave in the folder they copy. */
const markers: readonly (readonly [file: string, program: string])[] = [
  ['.stfolder', 'Syncthing'],
  ['.dropbox', 'Dropbox'],
  ['.dropbox.cache', 'Dropbox'],
  ['.nextcloudsync.log', 'Nextcloud'],
  ['.owncloudsync.log', 'ownCloud'],
  ['.seafile-data', 'Seafile'],
];

/** Programs by the name that they give their folder. */
const names: readonly (readonly [pattern: RegExp, program: string])[] = [
  [/^onedrive(?: - .+)?$/i, 'OneDrive'],
  [/^dropbox(?: \(.+\))?$/i, 'Dropbox'],
  [/^(?:google ?drive|googledrive-.+|drivefs)$/i, 'Google Drive'],
  [/^(?:icloud ?drive|com~apple~clouddocs|mobile documents)$/i, 'iCloud'],
  [/^nextcloud$/i, 'Nextcloud'],
  [/^owncloud$/i, 'ownCloud'],
  [/^(?:坚果云|我的坚果云|nutstore(?: files)?)$/i, '坚果云 (Nutstore)'],
  [/^(?:百度网盘同步空间|baidusyncdisk)$/i, '百度网盘'],
  [/^(?:wps云盘|wpsdrive)$/i, 'WPS 云盘'],
];

/** The program that copies the folder of a path to other machines, as far as its name or its marks tell. */
function syncedBy(path: string): string | null {
  for (let folder = path; ; folder = dirname(folder)) {
    const name = folder.slice(folder.lastIndexOf(sep) + 1);
    const program =
      names.find(([pattern]) => pattern.test(name))?.[1] ??
      markers.find(([file]) => existsSync(join(folder, file)))?.[1];
    if (program !== undefined) return program;
    if (dirname(folder) === folder) return null;
  }
}
