/** Lines of the log kept for a diagnostics bundle; each is at most some kilobytes long. */
const maxLines = 500;
const maxChars = 256_000;

/** The last lines of the log, so that a bundle has them also where the log goes to a terminal. */
export function createRecentLines() {
  const lines: string[] = [];
  let chars = 0;
  return {
    add(line: string): void {
      lines.push(line);
      chars += line.length;
      while (lines.length > maxLines || chars > maxChars) chars -= lines.shift()?.length ?? 0;
    },
    list: (): readonly string[] => [...lines],
  };
}

export type RecentLines = ReturnType<typeof createRecentLines>;
