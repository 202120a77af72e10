import { parseArgs } from 'node:util';
import { nearestWord } from '../../core/foundation/nearest-word.ts';
import { type CliOptions, WrongUsage } from './cli-options.ts';
import { refuseLaterCommand } from './later-commands.ts';

type Command =
  | 'serve'
  | 'doctor'
  | 'token'
  | 'pair'
  | 'export'
  | 'import'
  | 'erase'
  | 'backup'
  | 'restore'
  | 'verify'
  | 'migrate'
  | 'help'
  | 'version';

const options = {
  data: { type: 'string' },
  config: { type: 'string' },
  port: { type: 'string' },
  host: { type: 'string' },
  role: { type: 'string' },
  ttl: { type: 'string' },
  label: { type: 'string' },
  bundle: { type: 'string' },
  format: { type: 'string' },
  to: { type: 'string' },
  undo: { type: 'string' },
  person: { type: 'string' },
  platform: { type: 'string' },
  'passphrase-file': { type: 'string' },
  overwrite: { type: 'boolean' },
  forgotten: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  preview: { type: 'boolean' },
  yes: { type: 'boolean' },
  'safe-mode': { type: 'boolean' },
  json: { type: 'boolean' },
  debug: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;
type OptionName = keyof typeof options;

const everywhere: readonly OptionName[] = ['data', 'config', 'json', 'debug'];
const taken: Record<Command, readonly OptionName[]> = {
  serve: [...everywhere, 'port', 'host', 'safe-mode'],
  doctor: [...everywhere, 'port', 'host', 'bundle'],
  token: [...everywhere, 'role', 'ttl', 'label'],
  pair: [...everywhere, 'port', 'host', 'role', 'label'],
  export: [...everywhere, 'format', 'to', 'overwrite', 'forgotten'],
  import: [...everywhere, 'dry-run', 'undo'],
  erase: [...everywhere, 'person', 'platform', 'preview', 'yes'],
  backup: [...everywhere, 'passphrase-file', 'overwrite'],
  restore: ['data', 'json', 'debug', 'passphrase-file'],
  verify: ['data', 'json', 'debug', 'passphrase-file'],
  migrate: [...everywhere, 'to'],
  help: Object.keys(options) as OptionName[],
  version: Object.keys(options) as OptionName[],
};

/** Commands that are about a file. */
const takesFile: ReadonlySet<Command> = new Set(['import', 'backup', 'restore', 'verify']);

/** What a command line asks for. Throws WrongUsage with the word that is wrong and the one that was probably meant. */
export function readArguments(argv: string[]): { command: Command; options: CliOptions } {
  // Read leniently first: Node's own refusals do not name the nearest option, and a command comes before its options.
  const { tokens, positionals } = parseArgs({
    args: argv,
    options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const given = tokens.filter((token) => token.kind === 'option');
  const command = readCommand(positionals[0], given);
  for (const option of given) checkOption(option, command);
  const [, word, ...more] = positionals;
  const surplus = command === 'help' ? undefined : takesWord(command, given) ? more[0] : word;
  if (surplus !== undefined) throw new WrongUsage(`${surplus} is one word too many`);

  const { values } = parseArgs({ args: argv, options, allowPositionals: true });
  const {
    data,
    config,
    host,
    role,
    ttl,
    label,
    bundle,
    format,
    to,
    undo,
    person = command === 'erase' ? word : undefined,
    platform,
    'passphrase-file': passphraseFile,
    overwrite = false,
    forgotten = false,
    'dry-run': dryRun = false,
    preview = false,
    yes = false,
    json = false,
    debug = false,
    'safe-mode': safeMode = false,
  } = values;
  return {
    command,
    options: {
      data,
      config,
      host,
      role,
      ttl,
      label,
      bundle,
      format,
      to,
      undo,
      passphraseFile,
      file: takesFile.has(command) ? word : undefined,
      person,
      platform,
      overwrite,
      forgotten,
      dryRun,
      preview,
      yes,
      json,
      debug,
      safeMode,
      port: readPort(values.port),
    },
  };
}

/** Whom to erase is a word, too, unless it was said with --person. */
const takesWord = (command: Command, given: readonly { name: string }[]): boolean =>
  takesFile.has(command) || (command === 'erase' && !given.some(({ name }) => name === 'person'));

function readCommand(word: string | undefined, given: readonly { name: string }[]): Command {
  if (given.some(({ name }) => name === 'help')) return 'help';
  if (given.some(({ name }) => name === 'version')) return 'version';
  if (word === undefined) throw new WrongUsage('say which command');
  if (isCommand(word)) return word;
  refuseLaterCommand(word);
  throw new WrongUsage(`there is no command ${word}${meant(nearestWord(word, Object.keys(taken)))}`);
}

const isCommand = (word: string): word is Command => Object.hasOwn(taken, word);
const isOption = (name: string): name is OptionName => Object.hasOwn(options, name);
const meant = (nearest: string | null): string => (nearest === null ? '' : `; did you mean ${nearest}?`);

interface GivenOption {
  name: string;
  rawName: string;
  value: string | undefined;
  inlineValue: boolean | undefined;
}

function checkOption({ name, rawName, value, inlineValue }: GivenOption, command: Command): void {
  if (!isOption(name)) {
    const nearest = nearestWord(name, taken[command]);
    throw new WrongUsage(`there is no option ${rawName}${meant(nearest && `--${nearest}`)}`);
  }
  if (!taken[command].includes(name)) throw new WrongUsage(`${command} takes no ${rawName}`);
  if (options[name].type === 'boolean') {
    if (value !== undefined) throw new WrongUsage(`${rawName} takes no value`);
    return;
  }
  // An empty value is a variable that is not set: `--data "$DIR"` must not mean the usual folder. What begins with a
  // dash is the next option; --data=-x says that it is meant.
  if (!value || (!inlineValue && value.startsWith('-'))) throw new WrongUsage(`${rawName} needs a value`);
}

function readPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new WrongUsage(`--port ${text}: a number from 0 to 65535 (0 picks a free port)`);
}
