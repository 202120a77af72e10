import { open } from 'node:fs/promises';
import { AppError } from '../../core/foundation/app-error.ts';
import type { SecretRegistry } from '../../core/foundation/logger.ts';
import { packFolderDiagnostics } from '../shared/diagnostics.ts';
import { type Examination, examine } from '../shared/examine.ts';
import { chosenFolder } from '../shared/open-folder.ts';
import type { CliOptions } from './cli-options.ts';
import { openLogs } from './logs.ts';

const marks = { ok: '✓', warning: '!', failure: '✗' } as const;

/** Looks without changing anything. Exit code 0: all well, 1: warnings, 2: failures. */
export async function doctor(options: CliOptions): Promise<number> {
  const { registry } = openLogs({ debug: false });
  const examination = await examine(options, registry);
  const checks = examination.checks.map(({ name, state, detail }) => ({ name, state, detail: registry.scrub(detail) }));
  const bundle = options.bundle === undefined ? null : await saveBundle(options.bundle, options, examination, registry);
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ checks, ...(bundle === null ? {} : { bundle }) })}\n`
      : checks.map(({ name, state, detail }) => `${marks[state]} ${name}: ${detail}\n`).join(''),
  );
  return checks.some(({ state }) => state === 'failure') ? 2 : checks.some(({ state }) => state === 'warning') ? 1 : 0;
}

/** Says what is in it before it is written, and never writes over anything. */
async function saveBundle(path: string, options: CliOptions, examination: Examination, registry: SecretRegistry) {
  const { dataDir } = chosenFolder(options);
  const { files, archive } = await packFolderDiagnostics({ examination, dataDir, registry });
  if (!options.json) {
    const list = files.map(({ name, bytes }) => `  ${name}  ${bytes} bytes\n`).join('');
    process.stdout.write(`The diagnostics bundle holds:\n${list}`);
  }
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(archive);
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw whyNotWritten(path, cause);
  }
  if (!options.json) process.stdout.write(`It was written to ${path}\n`);
  return { path, files };
}

function whyNotWritten(path: string, cause: unknown): AppError {
  const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown reason';
  const remedy = reason === 'EEXIST' ? 'is there already; name another file' : `cannot be written (${reason})`;
  return new AppError('BAD_REQUEST', `${JSON.stringify(path.slice(0, 200))} ${remedy}`, {}, { cause });
}
