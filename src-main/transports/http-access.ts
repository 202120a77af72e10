import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import { type Role, roleCovers } from '../../src-shared/schema/access.ts';
import { canonicalAddress } from '../core/foundation/address.ts';
import type { Authenticator, Session } from './authenticator.ts';
import { type Refusal, type Report, refusal, refusalOf, sendRefusal } from './problem.ts';
import { privateHeaders } from './security-headers.ts';

/** What a request has proved, kept beside it. */
const sessions = new WeakMap<IncomingMessage, Session>();

export const sessionOf = (request: IncomingMessage): Session | null => sessions.get(request) ?? null;

export const remoteOf = (request: IncomingMessage): string => canonicalAddress(request.socket.remoteAddress);

/** Ends a request with a problem document, past Fastify's own reply. */
export function refuse(reply: FastifyReply, reason: Refusal): void {
  reply.hijack();
  sendRefusal(reply.raw, reason, privateHeaders);
}

/** One message whatever is wrong with the token, so that it tells nothing about tokens. */
const unauthorized = refusal('UNAUTHORIZED', 'This needs a valid token: send it as "Authorization: Bearer …"', {
  'www-authenticate': 'Bearer realm="clawdbot"',
});

export interface HttpAccessDeps {
  authenticator: Authenticator;
  report: Report;
}

/**
 * Lets a request pass only with a token whose role covers `needed`: calls `settle` with null, or with the reason why not.
 * It looks at the headers alone, before a byte of the body is read; for a token that was proven before, `settle` is called
 * without leaving the turn.
 */
export function authorize(
  request: IncomingMessage,
  needed: Role,
  { authenticator, report }: HttpAccessDeps,
  settle: (reason: Refusal | null) => void,
): void {
  const token = bearerToken(request.headers.authorization);
  if (token === null) return settle(unauthorized);
  const known = authenticator.peek(token);
  if (known) return settle(admit(known));

  authenticator.authenticate(token, remoteOf(request)).then(
    (session) => settle(session ? admit(session) : unauthorized),
    (error: unknown) => settle(refusalOf(error, report)),
  );

  function admit(session: Session): Refusal | null {
    if (!roleCovers(session.role, needed))
      return refusal('FORBIDDEN', `This needs the role ${needed}; your token has ${session.role}`);
    sessions.set(request, session);
    authenticator.noteUse(session, { way: 'rest', remote: remoteOf(request) });
    return null;
  }
}

/** The same as a hook. */
export function requireRole(needed: Role, deps: HttpAccessDeps): onRequestHookHandler {
  return (request: FastifyRequest, reply, done) =>
    authorize(request.raw, needed, deps, (reason) => (reason ? refuse(reply, reason) : done()));
}

const scheme = 'bearer ';

function bearerToken(header: string | undefined): string | null {
  if (header === undefined || header.length <= scheme.length) return null;
  if (header.slice(0, scheme.length).toLowerCase() !== scheme) return null;
  return header.slice(scheme.length).trim() || null;
}
