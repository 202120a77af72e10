/**
 * The file of a worker thread. From sources it is the .ts file beside the caller; in the bundle every entry lies in one
 * folder under its own name (see rolldown.config.ts).
 */
export function workerFile(callerUrl: string, source: string, bundled: string): URL {
  return new URL(callerUrl.endsWith('.ts') ? source : bundled, callerUrl);
}
