import type { DiagnosticsFile } from '../../../src-shared/schema/diagnostics.ts';
import { readZip, writeZip } from '../foundation/archive/index.ts';
import type { SecretRegistry } from '../foundation/logger.ts';
import { anonymousLine, createAnonymiser } from './anonymous.ts';

export interface Facts {
  /** Versions and the machine. */
  about: Readonly<Record<string, unknown>>;
  /** Without a secret or a name already. */
  configuration: unknown;
  checks: readonly { name: string; state: string; detail: string }[];
  /** Figures; null where nothing runs. */
  status: unknown;
  /** JSON lines. */
  log: readonly string[];
}

export interface DiagnosticsDeps {
  secrets: SecretRegistry;
  /** Names that tell whose machine it is, and what stands in their place. */
  known: Readonly<Record<string, string>>;
  now: number;
}

export interface DiagnosticsBundle {
  files: DiagnosticsFile[];
  archive: Buffer;
}

const limits = { entries: 10, totalBytes: 4_000_000, entryBytes: 2_000_000, ratio: 1_000, timeoutMs: 10_000 };

/**
 * What somebody needs who looks into a fault, and nothing that tells of people: no message, no name, no token. The
 * archive is read back and searched before anybody gets it.
 *
 * @throws Error where a secret or a name would be in it
 */
export async function packDiagnostics(
  facts: Facts,
  { secrets, known, now }: DiagnosticsDeps,
): Promise<DiagnosticsBundle> {
  const anonymise = createAnonymiser({ known });
  const clean = (text: string) => anonymise(secrets.scrub(text));
  const checks = facts.checks.map(({ name, state, detail }) => ({ name, state, detail: clean(detail) }));
  const lines = facts.log.map((line) => anonymousLine(line, clean)).filter((line) => line !== null);
  const contents: [DiagnosticsFile['kind'], name: string, text: string][] = [
    ['about', 'about.json', asJson(facts.about)],
    ['configuration', 'configuration.json', asJson(facts.configuration)],
    ['checks', 'checks.json', asJson(checks)],
    ['status', 'status.json', asJson(facts.status)],
    ['log', 'log.jsonl', lines.map((line) => `${line}\n`).join('')],
  ];
  const archive = await writeZip(
    contents.map(([, name, text]) => ({ name, content: Buffer.from(text) })),
    new Date(now),
  );
  const files = contents.map(([kind, name, text]) => ({ kind, name, bytes: Buffer.byteLength(text) }));
  await inspect(archive, files, { secrets, known });
  return { files, archive };
}

const asJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Names of people may be ordinary words (`node`, `linux`), which no search could tell apart. */
const isPath = /[/\\].{3}/;

/** The last look, at what is really in it. */
async function inspect(
  archive: Buffer,
  files: readonly DiagnosticsFile[],
  { secrets, known }: Pick<DiagnosticsDeps, 'secrets' | 'known'>,
): Promise<void> {
  const seen: string[] = [];
  for await (const { name, content } of readZip(archive, limits)) {
    const text = content.toString('utf8');
    const clean = secrets.scrub(text);
    if (clean !== text) throw new Error(`${name} of the diagnostics holds a secret; it is not handed over`);
    if (Object.keys(known).some((each) => isPath.test(each) && text.includes(each)))
      throw new Error(`${name} of the diagnostics tells whose machine it is; it is not handed over`);
    seen.push(`${name} ${content.byteLength}`);
  }
  const said = files.map(({ name, bytes }) => `${name} ${bytes}`);
  if (seen.join('\n') !== said.join('\n')) throw new Error('the diagnostics do not hold what was said of them');
}
