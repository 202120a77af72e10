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
const maxLength = 512;
const maxDepth = 3;
const maxItems = 32;
const maxCauses = 4;
const secretKey = /secret|password|token|authorization|cookie|api_?key|signature/i;
/** What moves a cursor, turns the direction of writing or cannot be seen: a line must look like what it says. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

export function createSecretRegistry(): SecretRegistry {
  /** Longest first: a secret that begins like a shorter one must go as a whole. */
  let written: string[] = [];
  return {
    add(secret) {
      if (secret.length < shortestSecret) return;
      const forms = [secret, escaped(secret), encodeURIComponent(secret.toWellFormed())];
      written = [...new Set([...written, ...forms])].toSorted((a, b) => b.length - a.length);
    },
    scrub: (text) => written.reduce((clean, form) => clean.replaceAll(form, '[secret]'), text),
  };
}

/** As it stands inside a JSON line. */
const escaped = (text: string): string => JSON.stringify(text).slice(1, -1);

export interface LoggerOptions {
  level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  secrets: SecretRegistry;
  /** Receives one JSON line at a time, scrubbed. */
  write(line: string): void;
}

/**
 * JSON lines: one for each event, whatever its fields hold, and no text in it longer than 512 characters. Secrets go
 * before a text is cut, so that no half of one is left, and once more from the whole line, wherever they hide.
 */
export function createLogger({ level, secrets, write }: LoggerOptions): Logger {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => write(`${secrets.scrub(line.trimEnd()).replaceAll(unseen, asEscape)}\n`) },
  );
  const tame = createTamer(secrets);
  const at =
    (method: 'debug' | 'info' | 'warn' | 'error') =>
    (event: string, fields: LogFields = {}) =>
      logger[method](tame(fields), event);
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** By UTF-16 unit, as JSON has it. */
const asEscape = (found: string): string =>
  Array.from({ length: found.length }, (_, at) => `\\u${found.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');

/** Cuts long texts and deep values, hides fields whose name says secret, and turns errors into what a reader needs of them. */
function createTamer({ scrub }: SecretRegistry) {
  function tameFields(fields: LogFields, depth = 0): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(fields)
        .slice(0, maxItems)
        .map(([key, value]) => [cut(key), secretKey.test(key) ? '[secret]' : tameValue(value, depth)]),
    );
  }

  function tameValue(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return cut(value);
    if (value instanceof Error) return describeError(value);
    if (typeof value !== 'object' || value === null) return value;
    if (depth >= maxDepth) return '[…]';
    if (Array.isArray(value)) return value.slice(0, maxItems).map((item) => tameValue(item, depth + 1));
    return tameFields(value as LogFields, depth + 1);
  }

  function describeError(error: Error, causes = 0): Record<string, unknown> {
    return {
      name: cut(error.name),
      ...('code' in error ? { code: tameValue(error.code, maxDepth) } : {}),
      message: cut(error.message),
      ...(error.cause instanceof Error && causes < maxCauses ? { cause: describeError(error.cause, causes + 1) } : {}),
      stack: stackOf(error).map(cut),
    };
  }

  function cut(text: string): string {
    const clean = scrub(text);
    return clean.length <= maxLength ? clean : `${clean.slice(0, maxLength - 1)}…`;
  }

  return tameFields;
}

/** Without the message, which stands by itself and may have lines of its own. */
const stackOf = ({ stack = '' }: Error): string[] =>
  stack
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '))
    .slice(0, 5);

export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
