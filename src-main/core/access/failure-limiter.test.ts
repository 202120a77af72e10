import { expect, test } from 'vitest';
import type { Clock } from '../foundation/clock.ts';
import { createFailureLimiter } from './failure-limiter.ts';

function setUp() {
  let elapsed = 0;
  const clock: Clock = {
    now: () => {
      throw new Error('a clock that can be set must not decide how long somebody waits');
    },
    monotonicMs: () => elapsed,
    sleep: () => Promise.reject(new Error('the limiter never sleeps')),
  };
  const limiter = createFailureLimiter(clock);
  return {
    limiter,
    pass: (ms: number) => (elapsed += ms),
    /** How long each of these attempts has to wait. */
    guess: (times: number, address = '192.0.2.1') => Array.from({ length: times }, () => limiter.attempt(address)),
  };
}

const minute = 60_000;
const hour = 60 * minute;

test('ten guesses are judged, the eleventh waits for the rest of a minute', () => {
  const { guess, pass } = setUp();
  expect(guess(10)).toEqual(Array(10).fill(0));
  expect(guess(1)).toEqual([minute]);
  pass(20_000);
  expect(guess(1)).toEqual([40_000]);
  pass(39_999);
  expect(guess(1)).toEqual([1]);
  pass(1);
  expect(guess(1)).toEqual([0]);
});

test('nine guesses a minute never wait, and the tenth counts from its own minute', () => {
  const { guess, pass } = setUp();
  for (let round = 0; round < 20; round++) {
    expect(guess(9)).toEqual(Array(9).fill(0));
    pass(minute);
  }
});

test('a minute is whole before its guesses are forgotten', () => {
  const { guess, pass } = setUp();
  guess(9);
  pass(minute - 1);
  expect(guess(1)).toEqual([0]);
  expect(guess(1)).toEqual([minute]);
});

test('what was guessed while waiting is not judged and makes nothing longer', () => {
  const { guess, pass } = setUp();
  guess(10);
  guess(500);
  pass(minute);
  expect(guess(10)).toEqual(Array(10).fill(0));
  expect(guess(1)).toEqual([2 * minute]);
});

test('the wait doubles up to a quarter of an hour, and no longer', () => {
  const { guess, pass } = setUp();
  const waits: number[] = [];
  for (let round = 0; round < 6; round++) {
    guess(10);
    const [wait = 0] = guess(1);
    waits.push(wait / minute);
    pass(wait);
  }
  expect(waits).toEqual([1, 2, 4, 8, 15, 15]);
});

test('a sender that was quiet for an hour starts afresh, and not a moment before', () => {
  const { guess, pass } = setUp();
  guess(10);
  pass(hour - 1);
  guess(10);
  expect(guess(1)).toEqual([2 * minute]);

  pass(hour);
  guess(10);
  expect(guess(1)).toEqual([minute]);
});

test('a proof that holds takes back its own attempt and no other', () => {
  const { limiter, guess } = setUp();
  guess(9);
  for (let i = 0; i < 100; i++) {
    limiter.attempt('192.0.2.1');
    limiter.succeeded('192.0.2.1');
  }
  expect(guess(1)).toEqual([0]);
  expect(guess(1)).toEqual([minute]);
});

test('a tenth attempt that holds takes back the wait it began, and the mark it left', () => {
  const { limiter, guess, pass } = setUp();
  guess(10);
  limiter.succeeded('192.0.2.1');
  expect(guess(1)).toEqual([0]);
  expect(guess(1)).toEqual([minute]);
  pass(minute);
  guess(10);
  expect(guess(1)).toEqual([2 * minute]);
});

test('a success with nothing to take back gives no credit for later guesses', () => {
  const { limiter, guess, pass } = setUp();
  limiter.succeeded('192.0.2.1');
  guess(1);
  for (let i = 0; i < 50; i++) limiter.succeeded('192.0.2.1');
  expect(guess(10)).toEqual(Array(10).fill(0));
  expect(guess(1)).toEqual([minute]);

  pass(minute);
  for (let i = 0; i < 50; i++) limiter.succeeded('192.0.2.1');
  guess(10);
  expect(guess(1)).toEqual([2 * minute]);
});

test('one sender waits, its neighbours do not; every spelling of this machine is one sender', () => {
  const { guess } = setUp();
  guess(10, '192.0.2.1');
  expect(guess(1, '192.0.2.2')).toEqual([0]);

  guess(5, '127.0.0.1');
  guess(5, '::1');
  expect(guess(1, '127.9.9.9')).toEqual([minute]);
});

test('ten thousand other senders push the oldest out, and the memory stays bounded', () => {
  const { guess } = setUp();
  guess(10, '192.0.2.1');
  for (let i = 0; i < 9_999; i++) guess(1, `10.0.${i >> 8}.${i & 255}`);
  expect(guess(1, '192.0.2.1')).toEqual([minute]);
  for (let i = 0; i < 10_000; i++) guess(1, `10.1.${i >> 8}.${i & 255}`);
  expect(guess(1, '192.0.2.1')).toEqual([0]);
});
