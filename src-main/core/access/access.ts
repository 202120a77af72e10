import type { Role } from '../../../src-shared/schema/access.ts';
import { AppError } from '../foundation/app-error.ts';
import { createFailureLimiter } from './failure-limiter.ts';
import { createPairing } from './pairing.ts';
import { createTokens, type Session, type TokenDeps } from './tokens.ts';

/** How long a browser or phone stays paired without being asked again. */
const pairedForSeconds = 90 * 86_400;

export class TooManyFailures extends AppError<'RATE_LIMITED'> {
  constructor(waitMs: number) {
    const seconds = Math.ceil(waitMs / 1000);
    super('RATE_LIMITED', `Too many failed attempts from this address; try again in ${seconds} s`, {
      retry_after_s: seconds,
    });
  }
}

export type Access = ReturnType<typeof createAccess>;

/** Who may talk: tokens, the codes that pair a new window, and the limit on guessing at either. */
export function createAccess(deps: TokenDeps) {
  const tokens = createTokens(deps);
  const pairing = createPairing(deps.clock);
  const failures = createFailureLimiter(deps.clock);
  /** Tokens that are being looked at. A window asks many things at once, and that is one guess, not many. */
  const judging = new Map<string, Promise<Session | null>>();

  async function judge(token: string, address: string): Promise<Session | null> {
    const verdict = await tokens.judge(token);
    // A token that was ours once is no guess: a forgotten window must not lock its owner out.
    if ('session' in verdict || verdict.refused === 'ended') failures.succeeded(address);
    return 'session' in verdict ? verdict.session : null;
  }

  return {
    mint: (request: Parameters<typeof tokens.mint>[0]) => tokens.mint(request),
    /** The session of a token that was proven before and still holds; null says nothing about the token. */
    peek: (token: string) => tokens.peek(token),
    /** @throws TokenNotFound */
    revoke: (id: string) => tokens.revoke(id),
    list: () => tokens.list(),

    /**
     * Who a token speaks for; null when it is not ours, expired or revoked. For hot paths ask `peek` first.
     * @throws TooManyFailures when this address has guessed too often; the token is not looked at then
     */
    async authenticate(token: string, address: string): Promise<Session | null> {
      const known = tokens.peek(token);
      if (known) return known;
      const underWay = judging.get(token);
      if (underWay) return underWay;
      countAttempt(address);
      const verdict = judge(token, address).finally(() => judging.delete(token));
      judging.set(token, verdict);
      return verdict;
    },

    newPairingCode: (wanted: { ttlMs: number; role: Role }) => pairing.newCode(wanted),

    /** @throws PairingCodeInvalid, TooManyFailures */
    async pair({
      code,
      label,
      address,
    }: {
      code: string;
      label: string;
      address: string;
    }): Promise<{ token: string; expires_at: string }> {
      countAttempt(address);
      const role: Role = pairing.redeem(code);
      failures.succeeded(address);
      const { token, expires_at } = await tokens.mint({ role, label, ttlSeconds: pairedForSeconds });
      return { token, expires_at };
    },
  };

  function countAttempt(address: string): void {
    const waitMs = failures.attempt(address);
    if (waitMs > 0) throw new TooManyFailures(waitMs);
  }
}
