export type RefusedFor = 'scheme' | 'credentials' | 'address' | 'redirect';

/** We did not call: the place is one that nothing of ours may call. */
export class EgressRefused extends Error {
  readonly reason: RefusedFor;

  constructor(reason: RefusedFor, why: string) {
    super(`not called, because ${why}`);
    this.name = 'EgressRefused';
    this.reason = reason;
  }
}

/** We called, and no answer came that could be used. */
export class EgressFailed extends Error {
  /** Whether the request may have reached its receiver. False only where it certainly has not. */
  readonly mayHaveArrived: boolean;

  constructor(message: string, { mayHaveArrived, cause }: { mayHaveArrived: boolean; cause?: unknown }) {
    super(message, { cause });
    this.name = 'EgressFailed';
    this.mayHaveArrived = mayHaveArrived;
  }
}
