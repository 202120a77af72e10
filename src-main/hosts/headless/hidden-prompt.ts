import type { Readable, Writable } from 'node:stream';

export interface Terminal {
  input: Readable & { isTTY?: boolean; setRawMode?(on: boolean): unknown };
  output: Writable;
}

/** Somebody pressed Ctrl-C, or asked the process to end. */
export class Interrupted extends Error {
  constructor() {
    super('stopped, and nothing was left behind');
    this.name = 'Interrupted';
  }
}

const mostLength = 4096;

/**
 * Asks for a line that is not shown. In raw mode the terminal hands every key over and shows none, so the keys that edit
 * a line are obeyed here: Enter, Backspace, Ctrl-U, Ctrl-C and Ctrl-D.
 *
 * @throws Interrupted
 */
export async function askHidden(question: string, { input, output }: Terminal, signal: AbortSignal): Promise<string> {
  output.write(question);
  input.setRawMode?.(true);
  input.setEncoding('utf8');
  try {
    return await new Promise<string>((resolve, reject) => {
      let line = '';
      const isOfSpecialKey = createSpecialKeys();
      const stop = () => end(() => reject(new Interrupted()));
      const read = (keys: string) => {
        for (const key of keys) {
          if (isOfSpecialKey(key)) continue;
          if (key === '\r' || key === '\n') return end(() => resolve(line));
          if (key === '\u0003' || (key === '\u0004' && line === '')) return stop();
          if (key === '\u007f' || key === '\b') line = [...line].slice(0, -1).join('');
          else if (key === '\u0015') line = '';
          else if (key >= ' ' && line.length < mostLength) line += key;
        }
      };
      const end = (settle: () => void) => {
        input.off('data', read);
        input.off('end', stop);
        signal.removeEventListener('abort', stop);
        settle();
      };
      input.on('data', read);
      input.on('end', stop);
      signal.addEventListener('abort', stop, { once: true });
      input.resume();
    });
  } finally {
    input.pause();
    input.setRawMode?.(false);
    output.write('\n');
  }
}

/** Arrows and the like are Escape, `[` or `O`, and what follows up to a letter or `~`; no part of a passphrase. */
function createSpecialKeys(): (key: string) => boolean {
  let place: 'outside' | 'begun' | 'inside' = 'outside';
  return (key) => {
    const was = place;
    if (key === '\u001b') place = 'begun';
    else if (was === 'begun') place = key === '[' || key === 'O' ? 'inside' : 'outside';
    else if (was === 'inside' && key >= '@' && key <= '~') place = 'outside';
    return key === '\u001b' || place === 'inside' || was === 'inside';
  };
}
