/** Where a restore prepares everything, and where its plan stands. */
export const restoringName = '.restoring';
/** What a restore put aside. */
export const beforeRestoreName = 'before-restore';
/** Where a backup or a look at one lays a database down for a moment; the process that does so is in the name. */
export const workName = (random: string): string => `.backup-work.${process.pid}.${random}`;
export const workPattern = /^\.backup-work\.(\d+)\.[0-9a-f]{12}$/;

/**
 * Of one moment or one machine, so neither backed up nor put back; a restore leaves them where they are. Who was erased
 * is among them: a backup of an earlier day brings them back, and the start after it erases them again.
 */
const ofThisMoment =
  /^(?:lock\.(?:db|json)(?:-(?:wal|shm|journal))?|lost\+found|\.restoring|before-restore|erasures\.json)$/i;
/** Kept by the product for itself: copies of the database, what it set aside, counts of starts. */
const ofTheProduct = /^(?:backups|damaged|starts\.json|clock\.json)$/i;
/** What a write leaves behind that was killed. */
const unfinished = /^\.(?:.+\.\d+\.[0-9a-f]{12}\.tmp|write-check\.\d+|backup-work\..+)$/;

const topOf = (path: string): string => path.split('/', 1)[0] ?? '';

/** A name that no backup may bring. */
export const isReserved = (path: string): boolean =>
  ofThisMoment.test(topOf(path)) || ofTheProduct.test(topOf(path)) || workPattern.test(topOf(path));

/** What stays out of a backup, by its path below the data folder. */
export const isLeftOut = (path: string): boolean =>
  isReserved(path) || unfinished.test(path.slice(path.lastIndexOf('/') + 1));

/** What a restore moves aside. What begins with a dot may be somebody else's, such as the mark of a program that copies. */
export const makesRoom = (name: string, incoming: ReadonlySet<string>): boolean =>
  !ofThisMoment.test(name) && !workPattern.test(name) && (!name.startsWith('.') || incoming.has(name));
