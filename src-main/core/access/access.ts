import {
  type AccessToken,
  type Device,
  type PairingCode,
  type Principal,
  type Role,
  roleCovers,
} from '../../../src-shared/schema/access.ts';
import { AppError } from '../foundation/app-error.ts';
import { createFailureLimiter } from './failure-limiter.ts';
import { createPairing, type OfferedCode } from './pairing.ts';
import { createTokens, type MintRequest, type Session, type TokenDeps } from './tokens.ts';
import { createUsage, type Use } from './usage.ts';

/** How long a code that was asked for in the interface holds; it may stand in an address, so it is short. */
const grantedCodeMs = 60_000;

export class TooManyFailures extends AppError<'RATE_LIMITED'> {
  constructor(waitMs: number) {
    const seconds = Math.ceil(waitMs / 1000);
    super('RATE_LIMITED', `Too many failed attempts from this address; try again in ${seconds} s`, {
      retry_after_s: seconds,
    });
  }
}

export class GrantsTooMuch extends AppError<'FORBIDDEN'> {
  constructor(data: { held: Role; wanted: Role }) {
    super('FORBIDDEN', `You hold the role ${data.held} and cannot give ${data.wanted}; choose at most your own`, data);
  }
}

export interface AccessDeps extends TokenDeps {
  /** Called when a device came, went or was renamed. Connections come and go too often for that. */
  onChange(): void;
  /** Called with what kept a last use from being written. */
  onFailure(error: unknown): void;
}

export type Access = ReturnType<typeof createAccess>;

/** Who may talk: tokens, the codes that pair a new device, what each was last used for, and the limit on guessing. */
export function createAccess(deps: AccessDeps) {
  const { onChange } = deps;
  const tokens = createTokens(deps);
  const pairing = createPairing(deps);
  const usage = createUsage(deps);
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
    async mint(request: MintRequest): Promise<AccessToken & { token: string }> {
      return changed(await tokens.mint(request));
    },
    /** Mints a token for somebody else. @throws GrantsTooMuch */
    async grant(request: Omit<MintRequest, 'origin'>, by: Principal): Promise<AccessToken & { token: string }> {
      requireHeld(by, request.role);
      return changed(await tokens.mint({ ...request, origin: 'api' }));
    },
    /** The session of a token that was proven before and still holds; null says nothing about the token. */
    peek: (token: string) => tokens.peek(token),
    /** @throws TokenNotFound */
    rename: async (id: string, label: string): Promise<AccessToken> => changed(await tokens.rename(id, label)),
    /** @throws TokenNotFound */
    revoke: async (id: string): Promise<AccessToken> => changed(await tokens.revoke(id)),
    /** Revokes every token that holds but this one; answers how many. */
    revokeOthers: async (id: string): Promise<number> => changed(await tokens.revokeOthers(id)),
    list: async (): Promise<Device[]> => (await tokens.list()).map(usage.describe),

    /** Notes that a token was used. */
    noteUse: (session: Session, use: Use) => usage.note(session.tokenId, use),
    /** Notes a connection that stays; call what it returns once it has closed. */
    noteConnection: (session: Session, use: Use) => usage.connect(session.tokenId, use),
    /** Writes down what was noted and is only in memory. */
    close: () => usage.flush(),

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

    /** A code that the owner reads where the product runs. */
    newPairingCode: (wanted: { ttlMs: number; role: Role; label?: string }) =>
      pairing.offer({ label: null, ...wanted, grantedBy: null }),

    /** A code for another device, by somebody who is in. @throws GrantsTooMuch */
    async grantPairingCode(wanted: { role: Role; label: string | null }, by: Principal): Promise<OfferedCode> {
      requireHeld(by, wanted.role);
      return pairing.offer({ ...wanted, grantedBy: by.tokenId, ttlMs: grantedCodeMs });
    },

    async findPairingCode(id: string): Promise<PairingCode> {
      const found = await pairing.find(id);
      if (!found) throw new AppError('NOT_FOUND', `There is no pairing code ${id}; ask for a new one`, { id });
      return found;
    },

    withdrawPairingCode: (id: string) => pairing.withdraw(id),

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
      const record = await pairing.redeem(code, label);
      failures.succeeded(address);
      return changed({ token: await tokens.sign(record), expires_at: record.expires_at });
    },
  };

  function changed<T>(result: T): T {
    onChange();
    return result;
  }

  function countAttempt(address: string): void {
    const waitMs = failures.attempt(address);
    if (waitMs > 0) throw new TooManyFailures(waitMs);
  }
}

/** Whoever gives a role holds it, by the server's own record. */
function requireHeld({ role: held }: Principal, wanted: Role): void {
  if (!roleCovers(held, wanted)) throw new GrantsTooMuch({ held, wanted });
}
