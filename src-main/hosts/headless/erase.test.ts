import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { confirm } from './erase.ts';
import { Interrupted } from './hidden-prompt.ts';

/** A terminal at which somebody types these keys once they are asked. */
function terminal(keys: string) {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} });
  const output = new PassThrough();
  let shown = '';
  output.setEncoding('utf8').on('data', (text: string) => {
    if (!shown.includes('once more') && text.includes('once more')) setImmediate(() => input.write(keys));
    shown += text;
  });
  return { input, output };
}

const never = new AbortController().signal;
const typing = (keys: string, signal = never) => confirm({ person: 'Ana' }, signal, terminal(keys));

test('whoever types the person once more means it', async () => {
  await typing('Ana\r');
  await typing('Ame\u007f\u007fna \r');
});

test('anything else erases nobody', async () => {
  for (const typed of ['', 'y', 'ana', 'Anna'])
    await expect(typing(`${typed}\r`)).rejects.toThrow('nothing was erased');
});

test('Ctrl-C, Ctrl-D and the end of the process leave the question', async () => {
  for (const keys of ['An\u0003', '\u0004']) await expect(typing(keys)).rejects.toThrow(Interrupted);
  const ending = new AbortController();
  const asked = typing('An', ending.signal);
  setTimeout(() => ending.abort(), 20);
  await expect(asked).rejects.toThrow(Interrupted);
});
