import { parseArgs } from 'node:util';
import { isAppError } from '../../core/foundation/app-error.ts';
import { type CliOptions, exitCodes, WrongUsage } from './cli-options.ts';
import { usage } from './usage.ts';
import { version } from './version.ts';

/** Runs one command; answers the exit code. Errors are one plain message on standard error, a stack only with --debug. */
export async function runCli(argv: string[]): Promise<number> {
  const debug = argv.includes('--debug');
  try {
    const { command, options } = readArguments(argv);
    return await run(command, options);
  } catch (error) {
    return fail(error, debug);
  }
}

// Each command loads only what it needs: `--version` should not wait for a web server.
async function run(command: string, options: CliOptions): Promise<number> {
  switch (command) {
    case 'serve':
      return (await import('./serve.ts')).serve(options);
    case 'doctor':
      return (await import('./doctor.ts')).doctor(options);
    case 'token':
      return (await import('./token.ts')).mintToken(options);
    case 'help':
      process.stdout.write(usage);
      return exitCodes.done;
    case 'version':
      process.stdout.write(`${version}\n`);
      return exitCodes.done;
    default:
      throw new WrongUsage(`there is no command ${command}`);
  }
}

function readArguments(argv: string[]): { command: string; options: CliOptions } {
  const { values, positionals } = parse(argv);
  const [command, surplus] = positionals;
  if (surplus !== undefined) throw new WrongUsage(`${surplus} is one word too many`);
  const named = values.help ? 'help' : values.version ? 'version' : command;
  if (named === undefined) throw new WrongUsage('say which command');
  const { data, config, host, role, ttl, label, json = false, debug = false } = values;
  return {
    command: named,
    options: { data, config, host, role, ttl, label, json, debug, port: readPort(values.port) },
  };
}

function parse(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        data: { type: 'string' },
        config: { type: 'string' },
        port: { type: 'string' },
        host: { type: 'string' },
        role: { type: 'string' },
        ttl: { type: 'string' },
        label: { type: 'string' },
        json: { type: 'boolean' },
        debug: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
    });
  } catch (error) {
    throw new WrongUsage(error instanceof Error ? error.message : String(error));
  }
}

function readPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new WrongUsage(`--port ${text}: a number from 0 to 65535 (0 picks a free port)`);
}

function fail(error: unknown, debug: boolean): number {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof WrongUsage) {
    process.stderr.write(`clawdbot: ${message}\n\n${usage}`);
    return exitCodes.usage;
  }
  process.stderr.write(`clawdbot: ${message}\n`);
  if (debug && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return isAppError(error) && error.code === 'CONFIG_INVALID' ? exitCodes.config : exitCodes.failed;
}
