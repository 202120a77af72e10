import { createInterface } from 'node:readline';
import { Interrupted, type Terminal } from './hidden-prompt.ts';

/** Asks for a line that is shown as it is typed. @throws Interrupted */
export async function askLine(question: string, terminal: Terminal, signal: AbortSignal): Promise<string> {
  const { input, output } = terminal;
  const lines = createInterface({ input, output, terminal: input.isTTY === true });
  try {
    return await new Promise<string>((resolve, reject) => {
      const stop = () =>
        end(() => {
          output.write('\n');
          reject(new Interrupted());
        });
      const end = (settle: () => void) => {
        lines.off('SIGINT', stop);
        lines.off('close', stop);
        signal.removeEventListener('abort', stop);
        settle();
      };
      // Ctrl-C is a key here and no signal; Ctrl-D, or a terminal that went away, closes.
      lines.on('SIGINT', stop);
      lines.on('close', stop);
      signal.addEventListener('abort', stop);
      lines.question(question, (line) => end(() => resolve(line)));
    });
  } finally {
    lines.close();
  }
}
