import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import { type Role, roleCovers } from '../../src-shared/schema/access.ts';
import { canonicalAddress } from '../core/foundation/address.ts';
import type { Authenticator, Session } from './authenticator.ts';
import { type Refusal, type Report, refusal, refusalOf, sendRefusal } from './problem.ts';
import { privateHeaders } from './security-headers.ts';

/** What a request has proved, kept beside it. */
const sessions = new WeakMap<FastifyRequest, Session>();

export const sessionOf = (request: FastifyRequest): Session | null => sessions.get(request) ?? null;

export const remoteOf = (request: FastifyRequest): string => canonicalAddress(request.raw.socket.remoteAddress);

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
 * A hook that lets a request pass only with a token whose role covers `needed`. It runs on the headers alone, before a
 * byte of the body is read; a token that was proven before passes without leaving the turn.
 */
export function requireRole(needed: Role, { authenticator, report }: HttpAccessDeps): onRequestHookHandler {
  return (request, reply, done) => {
    const token = bearerToken(request.headers.authorization);
    if (token === null) return refuse(reply, unauthorized);
    const known = authenticator.peek(token);
    if (known) return admit(known);

    authenticator.authenticate(token, remoteOf(request)).then(
      (session) => (session ? admit(session) : refuse(reply, unauthorized)),
      (error: unknown) => refuse(reply, refusalOf(error, report)),
    );

    function admit(session: Session): void {
      if (!roleCovers(session.role, needed)) {
        return refuse(reply, refusal('FORBIDDEN', `This needs the role ${needed}; your token has ${session.role}`));
      }
      sessions.set(request, session);
      done();
    }
  };
}

const scheme = 'bearer ';

function bearerToken(header: string | undefined): string | null {
  if (header === undefined || header.length <= scheme.length) return null;
  if (header.slice(0, scheme.length).toLowerCase() !== scheme) return null;
  return header.slice(scheme.length).trim() || null;
}
