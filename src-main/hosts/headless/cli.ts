import { isAppError } from '../../core/foundation/app-error.ts';
import { version } from '../shared/version.ts';
import { readArguments } from './cli-arguments.ts';
import { exitCodes, NotInThisVersion, WrongUsage } from './cli-options.ts';
import { usage } from './usage.ts';

/** Runs one command; answers the exit code. Errors are one plain message on standard error, a stack only with --debug. */
export async function runCli(argv: string[]): Promise<number> {
  const debug = argv.includes('--debug');
  try {
    return await run(readArguments(argv));
  } catch (error) {
    return fail(error, debug);
  }
}

// Each command loads only what it needs: `--version` should not wait for a web server.
async function run({ command, options }: ReturnType<typeof readArguments>): Promise<number> {
  switch (command) {
    case 'serve':
      return (await import('./serve.ts')).serve(options);
    case 'doctor':
      return (await import('./doctor.ts')).doctor(options);
    case 'token':
      return (await import('./token.ts')).mintToken(options);
    case 'pair':
      return (await import('./pair.ts')).pairDevice(options);
    case 'export':
      return (await import('./export.ts')).exportData(options);
    case 'import':
      return (await import('./import.ts')).importData(options);
    case 'erase':
      return (await import('./erase.ts')).erasePerson(options);
    case 'backup':
      return (await import('./backup.ts')).backUp(options);
    case 'restore':
      return (await import('./restore.ts')).restoreData(options);
    case 'verify':
      return (await import('./verify.ts')).verify(options);
    case 'migrate':
      return (await import('./migrate.ts')).migrateData(options);
    case 'help':
      process.stdout.write(usage);
      return exitCodes.done;
    case 'version':
      process.stdout.write(`${version}\n`);
      return exitCodes.done;
  }
}

function fail(error: unknown, debug: boolean): number {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof WrongUsage) {
    const help = error instanceof NotInThisVersion ? '' : `\n${usage}`;
    process.stderr.write(`clawdbot: ${message}\n${help}`);
    return exitCodes.usage;
  }
  process.stderr.write(`clawdbot: ${message}\n`);
  if (debug) for (const each of causesOf(error)) process.stderr.write(`${each.stack}\n`);
  return isAppError(error) && error.code === 'CONFIG_INVALID' ? exitCodes.config : exitCodes.failed;
}

/** The error and what led to it. */
function* causesOf(error: unknown): Generator<Error> {
  for (let each = error; each instanceof Error; each = each.cause) yield each;
}
