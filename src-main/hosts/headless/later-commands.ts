import { NotInThisVersion } from './cli-options.ts';

/** Commands that belong to Clawdbot and that this version does not have, with what helps in the meantime. */
const laterCommands: ReadonlyMap<string, string> = new Map([
  ['models', 'It works without a language model'],
  ['audit', 'It keeps no audit chain'],
]);

/** @throws NotInThisVersion for a command that is still to come. */
export function refuseLaterCommand(word: string): void {
  const meanwhile = laterCommands.get(word);
  if (meanwhile !== undefined) throw new NotInThisVersion(`this version does not have ${word} yet. ${meanwhile}`);
}
