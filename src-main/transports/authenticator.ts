import type { Principal } from '../../src-shared/schema/access.ts';

/** Who a token speaks for, and until when (milliseconds since the epoch). */
export interface Session extends Principal {
  expiresAt: number;
}

/** Decides about tokens; the core provides it. */
export interface Authenticator {
  /** The session of a token that was proven before, synchronously; null says nothing about the token. */
  peek(token: string): Session | null;
  /** Null when the token does not hold. @throws AppError RATE_LIMITED when the address has guessed too often */
  authenticate(token: string, address: string): Promise<Session | null>;
}
