import { hash } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import type { AccessToken, Principal, Role, TokenOrigin } from '../../../src-shared/schema/access.ts';
import { AppError } from '../foundation/app-error.ts';
import type { Clock } from '../foundation/clock.ts';
import type { Ids } from '../foundation/ids.ts';
import type { Store } from '../store/index.ts';

export interface TokenDeps {
  store: Pick<Store, 'call'>;
  /** Signs tokens; 32 random bytes from the key file. */
  key: Uint8Array;
  clock: Clock;
  ids: Ids;
  /** Called after a token was revoked, so that its live connections can be closed. */
  onRevoke: (tokenId: string) => void;
}

/** Who a token speaks for, and until when. */
export interface Session extends Principal {
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/** Why a token was refused: 'forged' may be a guess; 'ended' was ours once (expired, revoked or its record is gone). */
export type Verdict = { session: Session } | { refused: 'forged' | 'ended' };

export class TokenNotFound extends AppError<'TOKEN_NOT_FOUND'> {
  constructor(data: { id: string }) {
    super('TOKEN_NOT_FOUND', `No token has the id ${data.id}; the list of tokens shows those there are`, data);
  }
}

const algorithm = 'HS256';
const audience = 'clawdbot';
const maxTokenLength = 2048;
const maxCached = 1000;

export interface MintRequest {
  role: Role;
  label: string;
  ttlSeconds: number;
  origin: TokenOrigin;
}

export function createTokens({ store, key, clock, ids, onRevoke }: TokenDeps) {
  // Keyed by digest, so that memory holds no token and a lookup tells nothing by its timing.
  const proven = new LRUCache<string, Session>({ max: maxCached });
  let revocations = 0;

  return {
    async mint({ role, label, ttlSeconds, origin }: MintRequest): Promise<AccessToken & { token: string }> {
      // Whole seconds, as the token itself has them.
      const created_at = Math.floor(clock.now() / 1000) * 1000;
      const expires_at = created_at + ttlSeconds * 1000;
      const record = await store.call('tokens.insert', { id: ids.next(), role, label, origin, created_at, expires_at });
      return { ...record, token: await sign(record) };
    },

    /** The token of a record. */
    sign,

    /** The session of a token that was proven before and still holds; null says nothing about the token. */
    peek(token: string): Session | null {
      if (token.length > maxTokenLength) return null;
      const session = proven.get(digest(token));
      return session && session.expiresAt > clock.now() ? session : null;
    },

    async judge(token: string): Promise<Verdict> {
      const id = await readId(token);
      return typeof id === 'string' ? judgeRecord(id, digest(token)) : id;
    },

    async rename(id: string, label: string): Promise<AccessToken> {
      const record = await store.call('tokens.rename', { id, label });
      if (!record) throw new TokenNotFound({ id });
      for (const session of proven.values()) if (session.tokenId === id) session.label = record.label;
      return record;
    },

    async revoke(id: string): Promise<AccessToken> {
      const record = await store.call('tokens.revoke', { id, now: clock.now() });
      if (!record) throw new TokenNotFound({ id });
      end(id);
      return record;
    },

    /** Revokes every token that holds but this one; answers how many. */
    async revokeOthers(id: string): Promise<number> {
      const ended = await store.call('tokens.revokeOthers', { id, now: clock.now() });
      for (const each of ended) end(each);
      return ended.length;
    },

    list: (): Promise<AccessToken[]> => store.call('tokens.list', undefined),
  };

  function end(id: string): void {
    revocations += 1;
    for (const [key, session] of proven.entries()) if (session.tokenId === id) proven.delete(key);
    onRevoke(id);
  }

  function sign({ id, role, created_at, expires_at }: AccessToken): Promise<string> {
    return new SignJWT({ role })
      .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
      .setJti(id)
      .setAudience(audience)
      .setIssuedAt(Date.parse(created_at) / 1000)
      .setExpirationTime(Date.parse(expires_at) / 1000)
      .sign(key);
  }

  async function judgeRecord(id: string, key: string): Promise<Verdict> {
    const revocationsBefore = revocations;
    const record = await store.call('tokens.find', { id });
    // A revocation that passed the read has closed the token's connections already; this one must not come after them.
    if (revocations !== revocationsBefore) return judgeRecord(id, key);
    if (!record || record.revoked_at !== null) return { refused: 'ended' };
    const session = { tokenId: id, role: record.role, label: record.label, expiresAt: Date.parse(record.expires_at) };
    if (session.expiresAt <= clock.now()) return { refused: 'ended' };
    proven.set(key, session);
    return { session };
  }

  async function readId(token: string): Promise<string | { refused: 'forged' | 'ended' }> {
    if (token.length > maxTokenLength) return { refused: 'forged' };
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: [algorithm],
        audience,
        typ: 'JWT',
        requiredClaims: ['exp', 'iat', 'jti'],
        currentDate: new Date(clock.now()),
      });
      return typeof payload.jti === 'string' ? payload.jti : { refused: 'forged' };
    } catch (error) {
      if (error instanceof errors.JWTExpired) return { refused: 'ended' };
      if (error instanceof errors.JOSEError) return { refused: 'forged' };
      throw error;
    }
  }
}

const digest = (token: string): string => hash('sha256', token, 'base64');
