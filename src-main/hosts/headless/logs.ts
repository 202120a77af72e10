import { createLogger, createSecretRegistry } from '../../core/foundation/logger.ts';
import { createRecentLines } from '../../core/monitor/index.ts';

/** Logs go to standard error, one JSON object a line, so that standard output stays the program's own. */
export function openLogs({ debug }: { debug: boolean }) {
  const registry = createSecretRegistry();
  const lines = createRecentLines();
  const logger = createLogger({
    level: debug ? 'debug' : 'info',
    secrets: registry,
    write(line) {
      lines.add(line);
      process.stderr.write(line);
    },
  });
  return { registry, logger, lines };
}
