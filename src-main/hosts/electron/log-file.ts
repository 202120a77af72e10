import { appendFileSync, createWriteStream, mkdirSync, renameSync, statSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';

/** A desktop program has no terminal: its log is a file, and the one before it. */
const maxBytes = 5_000_000;
/** What may wait for a slow disk; beyond it lines are dropped and counted. */
const maxWaiting = 1_000_000;

export type LogFile = ReturnType<typeof openLogFile>;

export function openLogFile(file: string) {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  let bytes = sizeOf(file);
  let dropped = 0;
  let stream = open();

  function open(): WriteStream {
    const opened = createWriteStream(file, { flags: 'a', mode: 0o600 });
    // A log that cannot be written must not end the program; there is nobody else to tell.
    opened.on('error', () => {
      dropped++;
    });
    return opened;
  }

  return {
    file,
    write(line: string): void {
      if (stream.writableLength > maxWaiting) {
        dropped++;
        return;
      }
      if (bytes > maxBytes) rotate();
      bytes += Buffer.byteLength(line);
      stream.write(line);
    },
    /** For a process that is about to end: on disk before this returns. */
    lastWords(line: string): void {
      try {
        appendFileSync(file, line, { mode: 0o600 });
      } catch {
        dropped++;
      }
    },
    dropped: () => dropped,
    close: (): Promise<void> => new Promise((resolve) => stream.end(resolve)),
  };

  function rotate(): void {
    stream.end();
    try {
      renameSync(file, `${file}.1`);
    } catch {
      // Windows refuses while the old stream still holds the file; the log then grows until the next try.
      dropped++;
    }
    stream = open();
    bytes = sizeOf(file);
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
