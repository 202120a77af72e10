import { loadStaticFiles, pageHeaders, type StaticFiles } from '../../transports/index.ts';
import type { Electron } from './electron-modules.ts';
import { isOwnPage, pageScheme } from './identity.ts';

/** Lets the scheme behave like https: an origin of its own and a secure context. To be called before `ready`. */
export function declarePageScheme({ protocol }: Pick<Electron, 'protocol'>): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: pageScheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Serves the interface from memory: only what was found in the folder can be asked for, so no address becomes a path. */
export function servePage({ protocol }: Pick<Electron, 'protocol'>, folder: string): void {
  let files: Promise<StaticFiles> | null = null;
  protocol.handle(pageScheme, async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return new Response(null, { status: 405 });
    if (!isOwnPage(request.url)) return new Response(null, { status: 404 });
    files ??= loadStaticFiles(folder);
    const found = await files;
    const path = new URL(request.url).pathname;
    const file = path === '/' ? found.page() : found.find(path);
    if (!file) return new Response(null, { status: 404, headers: headers({}) });
    const body = request.method === 'HEAD' ? null : new Uint8Array(file.bytes);
    return new Response(body, { headers: headers(file.headers) });
  });
}

function headers(own: Record<string, string>): Headers {
  // The page talks to the core through its port, never over the network.
  const shared = pageHeaders("'self'");
  const pairs = Array.from({ length: shared.length / 2 }, (_, at) => [shared[2 * at], shared[2 * at + 1]] as const);
  return new Headers({ ...Object.fromEntries(pairs), ...own });
}
