import { createLogger, createSecretRegistry } from '../../core/foundation/logger.ts';

/** Logs go to standard error, one JSON object a line, so that standard output stays the program's own. */
export function openLogs({ debug }: { debug: boolean }) {
  const registry = createSecretRegistry();
  const logger = createLogger({
    level: debug ? 'debug' : 'info',
    secrets: registry,
    write: (line) => process.stderr.write(line),
  });
  return { registry, logger };
}
