import { AppError } from '../foundation/app-error.ts';

/** One thing that is wrong with the configuration. Line and column count from 1, null where they cannot be told. */
export interface ConfigProblem {
  file: string;
  line: number | null;
  column: number | null;
  /** Dotted, list items in brackets: `platforms.webhook.endpoints[0].path`; '' for the file as a whole. */
  key: string;
  expected: string;
  /** What stands there, in words; never the value of a secret. */
  found: string;
  /** The known key that was probably meant. */
  nearest: string | null;
}

/** The configuration cannot be used. Every problem of the file is in `data.problems` and in the message. */
export class ConfigInvalid extends AppError<'CONFIG_INVALID'> {
  readonly problems: readonly ConfigProblem[];

  constructor(file: string, problems: readonly ConfigProblem[], options?: ErrorOptions) {
    const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
    const lines = problems.slice(0, shownProblems).map((problem) => `\n  ${describeProblem(problem)}`);
    const more = problems.length > shownProblems ? `\n  and ${problems.length - shownProblems} more` : '';
    super('CONFIG_INVALID', `${file} has ${count}:${lines.join('')}${more}`, { file, problems }, options);
    this.problems = problems;
  }
}

const shownProblems = 20;

/** `config.yaml:3:9 app.port: expected a whole number from 0 to 65535, found "abc"` */
export function describeProblem({ file, line, column, key, expected, found, nearest }: ConfigProblem): string {
  const place = line === null ? file : `${file}:${line}:${column}`;
  const meant = nearest === null ? '' : `; did you mean ${nearest}?`;
  return `${place}${key === '' ? '' : ` ${key}`}: expected ${expected}, found ${found}${meant}`;
}

/** `['a', 0, 'b c']` → `a[0].b c`, cut where a file would otherwise write a very long message. */
export function dotted(path: readonly PropertyKey[]): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${printable(String(key), 64)}`)).join('');
  return text.startsWith('.') ? text.slice(1) : text;
}

/** Text from the file as it may stand in a message: on one line and bounded. */
export function printable(text: string, max: number): string {
  const clean = text.slice(0, max).replace(unprintable, '�').toWellFormed();
  return text.length > max ? `${clean}…` : clean;
}
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
