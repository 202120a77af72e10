import type { EventEmitter } from 'node:events';

/**
 * Checks, when types are checked, that a fake has no member that the real thing lacks, takes what the real one takes, and
 * gives back the same plain values. What a test steers it with begins with `fake`.
 */
type Steering = `fake${string}`;
type Listening = keyof EventEmitter;

type Plain = string | number | boolean | null | undefined | void | Promise<string | number | boolean | void>;

type Mismatch<Fake, Real> = {
  [K in Exclude<keyof Fake, Steering | Listening>]: K extends keyof Real
    ? MemberMismatch<Fake[K], Real[K]>
    : 'no such member';
}[Exclude<keyof Fake, Steering | Listening>];

type MemberMismatch<Fake, Real> = [Real] extends [(...taken: infer Taken) => infer Given]
  ? [Fake] extends [(...taken: infer FakeTaken) => infer FakeGiven]
    ? [Taken] extends [FakeTaken]
      ? [Given] extends [Plain]
        ? [FakeGiven] extends [Given]
          ? never
          : 'gives back something else'
        : never
      : 'takes something else'
    : 'is no function'
  : [Real] extends [Plain]
    ? [Fake] extends [Real]
      ? never
      : 'is another value'
    : never;

/** `true` where the fake agrees with the real thing, and otherwise the name of what is wrong. */
export type Agrees<Fake, Real> = [Mismatch<Fake, Real>] extends [never] ? true : Mismatch<Fake, Real>;

// The check itself is tried: each of these would be a fake that lies.
interface Real {
  name: string;
  isOn: boolean;
  say(words: string): boolean;
}
true satisfies Agrees<{ isOn: boolean; say(words: string): boolean; fakeSaid: string[] }, Real>;
'no such member' satisfies Agrees<{ shout(): void }, Real>;
'takes something else' satisfies Agrees<{ say(words: number): boolean }, Real>;
'gives back something else' satisfies Agrees<{ say(words: string): string }, Real>;
'is another value' satisfies Agrees<{ name: number }, Real>;
'is no function' satisfies Agrees<{ say: string }, Real>;
