import { AppError } from '../foundation/app-error.ts';

/** What is wrong with a file that should be a backup, so that a person is told which of these it is. */
export type BackupFault =
  | 'not_a_backup'
  | 'newer'
  | 'costly'
  | 'passphrase'
  | 'cut'
  | 'appended'
  | 'damaged'
  | 'hostile'
  | 'database';

/** A backup that is not used. Whoever meets this has changed nothing yet. */
export class BackupRefused extends AppError<'BAD_REQUEST'> {
  readonly fault: BackupFault;

  constructor(fault: BackupFault, path: string, detail: string, options?: ErrorOptions) {
    super('BAD_REQUEST', sentences[fault](JSON.stringify(path.slice(-200)), detail), { fault }, options);
    this.fault = fault;
  }
}

const another = 'Copy it again from where it was made, or use another backup';

const sentences: Record<BackupFault, (name: string, detail: string) => string> = {
  not_a_backup: (name) => `${name} is no backup of Clawdbot`,
  newer: (name, detail) =>
    `${name} was made by a newer version of Clawdbot (${detail}). Install that version to read it; this one changed nothing`,
  costly: (name, detail) =>
    `${name} asks for work that no backup of Clawdbot asks for (${detail}), so it was altered or made by somebody else. It was not opened`,
  passphrase: (name) =>
    `The passphrase is not the one that ${name} was made with. Check the spelling and try again; without it nobody can read the backup`,
  cut: (name, detail) => `${name} is cut short (${detail}). ${another}`,
  appended: (name, detail) =>
    `${name} has something behind its end (${detail}), so it is not as it was made. ${another}`,
  damaged: (name, detail) => `${name} is damaged (${detail}): it is not as it was made. ${another}`,
  hostile: (name, detail) => `${name} holds what no backup of Clawdbot holds (${detail}). It is not used`,
  database: (name, detail) => `The database in ${name} is damaged (${detail}). Use another backup`,
};
