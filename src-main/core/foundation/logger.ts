import pino from 'pino';

export type LogFields = Readonly<Record<string, unknown>>;

/** Events with fields. Never what people wrote, never a secret. */
export interface Logger {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

/** Values that must never leave the process in text. `add` a secret as soon as it is known. */
export interface SecretRegistry {
  add(secret: string): void;
  scrub(text: string): string;
}

/** Shorter values would blank out ordinary words. */
const shortestSecret = 6;
const maxFieldLength = 512;
const secretKey = /secret|password|token|authorization|cookie|api_?key|signature/i;

export function createSecretRegistry(): SecretRegistry {
  const secrets = new Set<string>();
  return {
    add(secret) {
      if (secret.length >= shortestSecret) secrets.add(secret);
    },
    scrub(text) {
      let clean = text;
      for (const secret of secrets) clean = clean.replaceAll(secret, '[secret]');
      return clean;
    },
  };
}

export interface LoggerOptions {
  level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  secrets: SecretRegistry;
  /** Receives one JSON line at a time, scrubbed. */
  write(line: string): void;
}

/** JSON lines. The last stage scrubs every registered secret, whatever field or nested value it hides in. */
export function createLogger({ level, secrets, write }: LoggerOptions): Logger {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => write(secrets.scrub(line)) },
  );
  const at =
    (method: 'debug' | 'info' | 'warn' | 'error') =>
    (event: string, fields: LogFields = {}) =>
      logger[method](tame(fields), event);
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** Cuts long text, hides fields whose name says secret, and turns errors into their name, code and message. */
function tame(fields: LogFields, depth = 0): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, secretKey.test(key) ? '[secret]' : tameValue(value, depth)]),
  );
}

function tameValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.length > maxFieldLength ? `${value.slice(0, maxFieldLength)}…` : value;
  if (value instanceof Error) return describeError(value);
  if (depth >= 3 || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.slice(0, 32).map((item) => tameValue(item, depth + 1));
  return tame(value as LogFields, depth + 1);
}

function describeError(error: Error): Record<string, unknown> {
  return {
    name: error.name,
    ...('code' in error ? { code: error.code } : {}),
    message: error.message.slice(0, maxFieldLength),
    ...(error.cause instanceof Error ? { cause: describeError(error.cause) } : {}),
    stack: error.stack
      ?.split('\n')
      .slice(1, 6)
      .map((line) => line.trim()),
  };
}

export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
