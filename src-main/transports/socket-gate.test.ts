import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { AppError } from '../core/foundation/app-error.ts';
import type { Session } from './authenticator.ts';
import { closeCodes, closeSoon, createSocketGate, defaultSocketLimits, type ProvenSocket } from './socket-gate.ts';

const farFuture = Number.MAX_SAFE_INTEGER;
const sessionOf = (name: string): Session => ({ tokenId: name, role: 'operator', label: name, expiresAt: farFuture });
const auth = (token: string) => JSON.stringify({ type: 'auth', token });
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A gate over a real server. Tokens that begin with "good" hold; `peeks` are proven already; `judge` replaces all that. */
async function openGate({
  limits = {},
  peeks = [] as string[],
  judge = async (token: string): Promise<Session | null> => (token.startsWith('good') ? sessionOf(token) : null),
  serve = (_proven: ProvenSocket) => {},
} = {}) {
  let now = 0;
  const asked: { token: string; address: string }[] = [];
  const reported: unknown[] = [];
  const proven: ProvenSocket[] = [];
  const gate = createSocketGate({
    authenticator: {
      peek: (token) => (peeks.includes(token) ? sessionOf(token) : null),
      authenticate(token, address) {
        asked.push({ token, address });
        return judge(token);
      },
      noteUse: () => {},
      noteConnection: () => () => {},
    },
    clock: { now: () => now, monotonicMs: () => now, sleep: () => Promise.reject(new Error('the gate never sleeps')) },
    limits: { ...defaultSocketLimits, ...limits },
    report: (error) => String(reported.push(error)),
  });
  const server: Server = createServer();
  server.on('upgrade', (request, stream, head) =>
    gate.admit(request, stream, head, {
      remote: '192.0.2.1',
      way: 'socket',
      maxPayload: 64 * 1024,
      serve(socket) {
        proven.push(socket);
        serve(socket);
      },
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  closers.push(async () => {
    await gate.close();
    await new Promise((resolve) => server.close(resolve));
  });

  return { gate, asked, reported, proven, setNow: (ms: number) => (now = ms), open: () => openSocket(port) };
}

async function openSocket(port: number) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() })),
  );
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('open', resolve));
  return { socket, closed, send: (frame: string | Buffer) => socket.send(frame) };
}

/** Waits until something is true, and says so when it never becomes so. */
async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 2_500; tries++) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  throw new Error(`waited long enough for: ${holds.toString()}`);
}

const unauthorized = (reason: string) => ({ code: closeCodes.unauthorized, reason });

describe('the first frame', () => {
  test('proves who speaks, and what follows it in the same breath is kept in order', async () => {
    const received: string[] = [];
    const { open, proven, asked, gate } = await openGate({
      serve: ({ onText }) => onText((bytes) => received.push(bytes.toString())),
    });
    const { send } = await open();
    send(auth('good'));
    send('one');
    send('two');
    await until(() => received.length === 2);
    send('three');
    await until(() => received.length === 3);
    expect(received).toEqual(['one', 'two', 'three']);
    expect(proven[0]).toMatchObject({ session: sessionOf('good'), remote: '192.0.2.1' });
    expect(asked).toEqual([{ token: 'good', address: '192.0.2.1' }]);
    expect(gate.refuse()).toBeNull();
  });

  test('with a token that was proven before asks nobody', async () => {
    const { open, proven, asked } = await openGate({ peeks: ['known'] });
    (await open()).send(auth('known'));
    await until(() => proven.length === 1);
    expect(proven[0]?.session.tokenId).toBe('known');
    expect(asked).toEqual([]);
  });

  test.each([
    ['another type', '{"type":"hello","token":"good"}'],
    ['no token', '{"type":"auth"}'],
    ['an empty token', '{"type":"auth","token":""}'],
    ['a token that is no text', '{"type":"auth","token":["good"]}'],
    ['nothing', 'null'],
    ['a list', '[]'],
  ])('with %s closes the socket', async (_what, frame) => {
    const { open, asked, proven } = await openGate();
    const { send, closed } = await open();
    send(frame);
    expect(await closed).toEqual(unauthorized('the first frame must be {"type":"auth","token":"…"}'));
    expect([asked, proven]).toEqual([[], []]);
  });

  test('that is no JSON closes the socket and says so', async () => {
    const { open } = await openGate();
    const { send, closed } = await open();
    send('auth good');
    expect(await closed).toEqual(unauthorized('The body is not valid JSON'));
  });

  test('with a token that does not hold closes the socket', async () => {
    const { open, proven } = await openGate();
    const { send, closed } = await open();
    send(auth('guess'));
    expect(await closed).toEqual(unauthorized('the token does not hold'));
    expect(proven).toEqual([]);
  });

  test('of one who guessed too often closes the socket with the reason; any other failure is logged and says nothing', async () => {
    const limited = await openGate({
      judge: async () => Promise.reject(new AppError('RATE_LIMITED', 'try again later')),
    });
    const first = await limited.open();
    first.send(auth('x'));
    // The token was not looked at, so its page must not throw it away.
    expect(await first.closed).toEqual({ code: closeCodes.overloaded, reason: 'try again later' });
    expect(limited.reported).toEqual([]);

    const failure = new Error('disk');
    const broken = await openGate({ judge: async () => Promise.reject(failure) });
    const second = await broken.open();
    second.send(auth('x'));
    expect(await second.closed).toEqual({ code: 1006, reason: '' });
    expect(broken.reported).toEqual([failure]);
    expect(broken.gate.refuse()).toBeNull();
  });

  test('must be text, and so must every other', async () => {
    const { open, proven } = await openGate();
    const unproven = await open();
    unproven.send(Buffer.from(auth('good')));
    expect(await unproven.closed).toEqual({ code: closeCodes.wrongType, reason: 'text frames only' });
    const later = await open();
    later.send(auth('good'));
    await until(() => proven.length === 1);
    later.send(Buffer.from('x'));
    expect(await later.closed).toEqual({ code: closeCodes.wrongType, reason: 'text frames only' });
  });

  test('has its time; who is silent is closed and no longer counted', async () => {
    const { open, gate } = await openGate({ limits: { authTimeoutMs: 500, maxUnproven: 1 } });
    const { closed } = await open();
    expect(gate.refuse()?.problem).toMatchObject({
      code: 'RATE_LIMITED',
      detail: 'Too many sockets wait for their token; try again in a moment',
    });
    expect(gate.refuse()?.headers).toEqual({ 'retry-after': '5' });
    expect(await closed).toEqual(unauthorized('no token came in time'));
    expect(gate.refuse()).toBeNull();
  });
});

describe('before a token is accepted', () => {
  /** The token is being looked at for as long as the test wants. */
  function slowly() {
    let answer = (_session: Session | null) => {};
    const verdict = new Promise<Session | null>((resolve) => (answer = resolve));
    return { judge: () => verdict, answer: (session: Session | null) => answer(session) };
  }
  const tooMuch = unauthorized('too much came before the token was accepted');

  test('32 frames may wait, one more is too many', async () => {
    const slow = slowly();
    const received: Buffer[] = [];
    const { open } = await openGate({
      judge: slow.judge,
      serve: ({ onText }) => onText((bytes) => received.push(bytes)),
    });
    const patient = await open();
    patient.send(auth('good'));
    for (let i = 0; i < 32; i++) patient.send('x');
    const hasty = await open();
    hasty.send(auth('good'));
    for (let i = 0; i < 33; i++) hasty.send('x');
    expect(await hasty.closed).toEqual(tooMuch);
    slow.answer(sessionOf('good'));
    await until(() => received.length === 32);
    expect(received).toHaveLength(32);
  });

  test('bytes have a bound too, and none once the token holds', async () => {
    const slow = slowly();
    const received: number[] = [];
    const { open } = await openGate({
      judge: slow.judge,
      serve: ({ onText }) => onText((bytes) => received.push(bytes.length)),
    });
    const patient = await open();
    patient.send(auth('good'));
    const large = 'x'.repeat(60_000);
    for (let i = 0; i < 2; i++) patient.send(large);
    const hasty = await open();
    hasty.send(auth('good'));
    for (let i = 0; i < 3; i++) hasty.send(large);
    expect(await hasty.closed).toEqual(tooMuch);
    slow.answer(sessionOf('good'));
    await until(() => received.length === 2);
    for (let i = 0; i < 5; i++) patient.send(large);
    await until(() => received.length === 7);
    expect(patient.socket.readyState).toBe(WebSocket.OPEN);
  });

  test('a peer that leaves gets nothing when its token turns out to hold', async () => {
    const slow = slowly();
    const { open, proven, asked, gate } = await openGate({ judge: slow.judge, limits: { maxUnproven: 1 } });
    const { send, socket, closed } = await open();
    send(auth('good'));
    await until(() => asked.length === 1);
    socket.close();
    await closed;
    await until(() => gate.refuse() === null);
    slow.answer(sessionOf('good'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(proven).toEqual([]);
    gate.closeSocketsOf('good');
  });

  test('only the first frame is judged: a second token in the same breath is no second guess', async () => {
    const { open, asked } = await openGate();
    const { send, closed } = await open();
    send(auth('guess'));
    send(auth('good'));
    expect(await closed).toEqual(unauthorized('the token does not hold'));
    expect(asked).toHaveLength(1);
  });

  test('as many may wait as the limit says, and each that is proven makes room', async () => {
    const { open, gate, proven } = await openGate({ limits: { maxUnproven: 2 } });
    const first = await open();
    expect(gate.refuse()).toBeNull();
    const second = await open();
    await until(() => gate.refuse() !== null);
    first.send(auth('good'));
    await until(() => proven.length === 1);
    expect(gate.refuse()).toBeNull();
    second.send(auth('guess'));
    await second.closed;
    await open();
    expect(gate.refuse()).toBeNull();
  });
});

describe('while a socket lives', () => {
  test('revoking its token closes it and leaves the others', async () => {
    const { open, gate, proven } = await openGate();
    const [gone, kept] = [await open(), await open()];
    gone.send(auth('good-1'));
    kept.send(auth('good-2'));
    await until(() => proven.length === 2);
    gate.closeSocketsOf('good-1');
    expect(await gone.closed).toEqual(unauthorized('the token was revoked'));
    expect(kept.socket.readyState).toBe(WebSocket.OPEN);
  });

  test('the end of its token closes it at the next beat', async () => {
    const ends = { ...sessionOf('good'), expiresAt: 1_000 };
    const { open, proven, setNow } = await openGate({ judge: async () => ends, limits: { heartbeatMs: 150 } });
    const { send, closed, socket } = await open();
    let pings = 0;
    socket.on('ping', () => pings++);
    send(auth('good'));
    await until(() => proven.length === 1);
    setNow(999);
    await until(() => pings >= 2);
    setNow(1_000);
    expect(await closed).toEqual(unauthorized('the token has expired'));
  });

  test('a peer that answers pings stays, one that falls silent is cut off', async () => {
    const { open, proven } = await openGate({ limits: { heartbeatMs: 150 } });
    const [lively, dead] = [await open(), await open()];
    // As a peer whose cable was pulled: what comes in is not read, so nothing is answered.
    for (const { send } of [lively, dead]) send(auth('good'));
    await until(() => proven.length === 2);
    let pings = 0;
    lively.socket.on('ping', () => pings++);
    dead.socket.pause();
    const cut = new Promise((resolve) => proven[1]?.socket.once('close', (code) => resolve(code)));
    const ends = proven.map(({ socket }) => socket);
    await until(() => pings >= 4);
    expect(await Promise.race([cut, new Promise((resolve) => setTimeout(resolve, 5_000, 'still there'))])).toBe(1006);
    expect(ends.filter((socket) => socket.readyState === WebSocket.OPEN)).toHaveLength(1);
    dead.socket.terminate();
  });

  test('a peer that speaks is not silent, though it answers no ping', async () => {
    const { open, proven } = await openGate({ limits: { heartbeatMs: 300 } });
    const { socket, send } = await open();
    (socket as unknown as { _receiver: { removeAllListeners(event: string): void } })._receiver.removeAllListeners(
      'ping',
    );
    send(auth('good'));
    await until(() => proven.length === 1);
    for (let i = 0; i < 20; i++) {
      send('x');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(socket.readyState).toBe(WebSocket.OPEN);
  });

  test('a frame over the bound ends the connection', async () => {
    const { open, proven } = await openGate();
    const { send, closed } = await open();
    send(auth('good'));
    await until(() => proven.length === 1);
    send('x'.repeat(65 * 1024));
    expect((await closed).code).not.toBe(1000);
  });
});

describe('the end', () => {
  test('tells every socket, proven or not, and comes when all are gone', async () => {
    const { open, gate, proven } = await openGate();
    const [one, other] = [await open(), await open()];
    one.send(auth('good'));
    await until(() => proven.length === 1);
    await gate.close();
    for (const { closed } of [one, other])
      expect(await closed).toEqual({ code: closeCodes.goingAway, reason: 'the server is stopping' });
  });

  test('of one socket cuts off a peer that does not answer, and keeps the reason short', async () => {
    const { open, proven } = await openGate();
    const { socket, send } = await open();
    send(auth('good'));
    await until(() => proven.length === 1);
    socket.pause();
    const server = proven[0]?.socket;
    if (!server) throw new Error('nobody was let in');
    const gone = new Promise((resolve) => server.once('close', resolve));
    closeSoon(server, closeCodes.overloaded, 'r'.repeat(500));
    await gone;
    expect(server.readyState).toBe(WebSocket.CLOSED);
    socket.terminate();
  });
});
