import { NotInThisVersion } from './cli-options.ts';

const copyTheFolder = 'Until then stop the product and copy its data folder, as docs/operations.md tells';

/** Commands that belong to Clawdbot and that this version does not have, with what helps in the meantime. */
const laterCommands: ReadonlyMap<string, string> = new Map([
  ['backup', copyTheFolder],
  ['restore', 'Until then stop the product and put a copy of its data folder back, as docs/operations.md tells'],
  ['verify', copyTheFolder],
  ['models', 'It works without a language model'],
  ['audit', 'It keeps no audit chain'],
]);

/** @throws NotInThisVersion for a command that is still to come. */
export function refuseLaterCommand(word: string): void {
  const meanwhile = laterCommands.get(word);
  if (meanwhile !== undefined) throw new NotInThisVersion(`this version does not have ${word} yet. ${meanwhile}`);
}
