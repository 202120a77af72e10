export type { Authenticator } from './authenticator.ts';
export type { Limits, Tls } from './http-server.ts';
export { serveMessagePort } from './message-port.ts';
export type { DeclaredRoute } from './routes.ts';
export { pageHeaders } from './security-headers.ts';
export type { SocketLimits } from './socket-gate.ts';
export { loadStaticFiles, type StaticFiles } from './static-files.ts';
export { createWeb, type Web, type WebAddress, type WebDeps } from './web.ts';
