import type { Principal, TokenWay } from '../../src-shared/schema/access.ts';

/** Who a token speaks for, and until when (milliseconds since the epoch). */
export interface Session extends Principal {
  expiresAt: number;
}

/** What a transport knows of the use of a token. */
export interface TokenUse {
  way: TokenWay;
  /** The peer's canonical address. */
  remote: string;
}

/** Decides about tokens; the core provides it. */
export interface Authenticator {
  /** The session of a token that was proven before, synchronously; null says nothing about the token. */
  peek(token: string): Session | null;
  /** Null when the token does not hold. @throws AppError RATE_LIMITED when the address has guessed too often */
  authenticate(token: string, address: string): Promise<Session | null>;
  /** Notes a use. Called for every request, so it must cost next to nothing. */
  noteUse(session: Session, use: TokenUse): void;
  /** Notes a connection that stays; what it returns is called once it has closed. */
  noteConnection(session: Session, use: TokenUse): () => void;
}
