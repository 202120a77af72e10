const everywhere = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** Header pairs, flat, in the form that `writeHead` takes without further work. */
export const apiHeaders: readonly string[] = Object.entries({
  ...everywhere,
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
}).flat();

/** An answer that is nobody else's business: no cache keeps it. */
export const privateHeaders: readonly string[] = [...apiHeaders, 'cache-control', 'no-store'];

/** For documents: scripts, styles and connections to this server only; nothing inline, no frame around it, no form. */
export function pageHeaders(connect: string): readonly string[] {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src ${connect}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  return Object.entries({ ...everywhere, 'content-security-policy': policy }).flat();
}
