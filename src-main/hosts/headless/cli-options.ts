/** What the process ends with; scripts rely on these. */
export const exitCodes = { done: 0, failed: 1, usage: 2, config: 78 } as const;

export interface CliOptions {
  data: string | undefined;
  config: string | undefined;
  port: number | undefined;
  host: string | undefined;
  role: string | undefined;
  ttl: string | undefined;
  label: string | undefined;
  bundle: string | undefined;
  format: string | undefined;
  to: string | undefined;
  undo: string | undefined;
  passphraseFile: string | undefined;
  /** The file that a command is about. */
  file: string | undefined;
  /** Whom a command is about. */
  person: string | undefined;
  platform: string | undefined;
  overwrite: boolean;
  forgotten: boolean;
  dryRun: boolean;
  preview: boolean;
  yes: boolean;
  json: boolean;
  debug: boolean;
  safeMode: boolean;
}

/** A command line that cannot be meant; answered with the usage. */
export class WrongUsage extends Error {}

/** A command that is right and still to come; the usage would not help. */
export class NotInThisVersion extends WrongUsage {}
