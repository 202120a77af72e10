import { EventEmitter } from 'node:events';
import type * as Electron from 'electron';
import type { Agrees } from './agrees.ts';

/** An event that a listener can prevent. */
export class FakeEvent {
  defaultPrevented = false;
  preventDefault(): void {
    this.defaultPrevented = true;
  }
}

const originOf = (address: string) => {
  const url = URL.parse(address);
  return url ? `${url.protocol}//${url.host}` : 'null';
};

let nextRoute = 1;

export class FakeFrame {
  url: string;
  readonly processId = 7;
  readonly routingId = nextRoute++;
  readonly parent: FakeFrame | null;
  detached = false;
  fakePosted: { channel: string; message: unknown; transfer: FakePort[] }[] = [];

  constructor(url: string, parent: FakeFrame | null = null) {
    this.url = url;
    this.parent = parent;
  }
  get origin(): string {
    return originOf(this.url);
  }
  postMessage(channel: string, message: unknown, transfer: unknown[] = []): void {
    this.fakePosted.push({ channel, message: structuredClone(message), transfer: transfer as FakePort[] });
  }
}

type OpenHandler = (details: Electron.HandlerDetails) => Electron.WindowOpenHandlerResponse;

export class FakeContents extends EventEmitter {
  readonly mainFrame = new FakeFrame('about:blank');
  fakeCrashed = 0;
  #open: OpenHandler | null = null;

  setWindowOpenHandler(handler: OpenHandler): void {
    this.#open = handler;
  }
  forcefullyCrashRenderer(): void {
    this.fakeCrashed++;
  }
  /** What `window.open` of the page leads to. */
  fakeOpens(url: string): 'allow' | 'deny' | 'nobody decides' {
    const details = { url, frameName: '', features: '', disposition: 'new-window' } as Electron.HandlerDetails;
    return this.#open?.(details).action ?? 'nobody decides';
  }
  /** A link of the page, a redirect of what it loads; true when it went there. */
  fakeGoes(to: string, kind: 'will-navigate' | 'will-redirect' | 'will-frame-navigate' = 'will-navigate'): boolean {
    const event = Object.assign(new FakeEvent(), { url: to, isMainFrame: kind !== 'will-frame-navigate' });
    this.emit(kind, event);
    if (!event.defaultPrevented && event.isMainFrame) this.mainFrame.url = to;
    return !event.defaultPrevented;
  }
}

/** One end of a channel; as in Electron it is quiet until it is started. */
export class FakePort extends EventEmitter {
  fakeOther: FakePort | null = null;
  fakeClosed = false;
  #waiting: unknown[] | null = [];

  postMessage(message: unknown, _transfer?: unknown[]): void {
    this.fakeOther?.fakeReceive(structuredClone(message));
  }
  start(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const data of waiting) this.emit('message', { data, ports: [] });
  }
  close(): void {
    for (const port of [this, this.fakeOther]) {
      if (!port || port.fakeClosed) continue;
      port.fakeClosed = true;
      queueMicrotask(() => port.emit('close'));
    }
  }
  fakeReceive(data: unknown): void {
    if (this.fakeClosed) return;
    if (this.#waiting) this.#waiting.push(data);
    else queueMicrotask(() => this.emit('message', { data, ports: [] }));
  }
}

export class FakeChannel {
  readonly port1 = new FakePort();
  readonly port2 = new FakePort();
  constructor() {
    this.port1.fakeOther = this.port2;
    this.port2.fakeOther = this.port1;
  }
}

true satisfies Agrees<FakeFrame, Electron.WebFrameMain>;
true satisfies Agrees<FakeContents, Electron.WebContents>;
true satisfies Agrees<FakePort, Electron.MessagePortMain>;
