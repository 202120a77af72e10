import { foldText, indexText } from '../../language/index.ts';
import { hasAmount, lengthInWords, tellsOfOneself } from '../telling.ts';

/**
 * How much each sign counts; a turn of forty words has 1. Fitted on five long English conversations, by how much of what
 * questions about them ask for is in the turns that are chosen (`npm run bench -- recall`): a sixth of the turns holds two
 * fifths of it. How much a turn has in common with the others (as in LexRank) was tried and made it worse: what people
 * ask for later is what was said once.
 */
const weights = { perWord: 1 / 40, amount: 0.1, ofOneself: 0.1, question: -0.1, early: 0.2, repeated: 0.2 };
/** More words than this say no more. */
const fullTurn = 60;
/** Fewer words are a greeting or a nod; they stand in only where there is nothing else. */
const leastWords = 4;
/** A text is read so far. */
const read = 600;

const question = /[?？]["'”’」)）\]\s]*$|[吗呢]\s*$/u;

/**
 * The turns that say most of what was talked about, `count` of them or fewer, in the order in which they were said. What
 * was said already makes room for something else (maximal marginal relevance; Carbonell and Goldstein, 1998). Answers the
 * places in `texts`.
 */
export function keyTurns(texts: readonly string[], count: number): number[] {
  const heads = texts.map((text) => text.slice(0, read));
  const words = heads.map((head) => new Set(indexText(foldText(head)).words.split(' ')));
  const scores = heads.map((head, at) => signsOf(head) + weights.early * (1 - at / texts.length));
  const chosen: number[] = [];
  const telling = heads.flatMap((head, at) => (lengthInWords(head) >= leastWords ? at : []));
  const left = new Set(telling.length > 0 ? telling : texts.keys());
  while (chosen.length < count && left.size > 0) {
    let best = -1;
    let most = Number.NEGATIVE_INFINITY;
    for (const at of left) {
      const likest = chosen.reduce((top, other) => Math.max(top, shared(words[at], words[other])), 0);
      const score = (scores[at] ?? 0) - weights.repeated * likest;
      if (score > most) [best, most] = [at, score];
    }
    left.delete(best);
    chosen.push(best);
  }
  return chosen.sort((one, other) => one - other);
}

function signsOf(head: string): number {
  return (
    weights.perWord * Math.min(lengthInWords(head), fullTurn) +
    (hasAmount(head) ? weights.amount : 0) +
    (tellsOfOneself(head) ? weights.ofOneself : 0) +
    (question.test(head) ? weights.question : 0)
  );
}

/** The share of the words of two texts that both have, 0…1. */
function shared(one: ReadonlySet<string> = nothing, other: ReadonlySet<string> = nothing): number {
  let both = 0;
  for (const word of one) if (other.has(word)) both++;
  return both === 0 ? 0 : both / (one.size + other.size - both);
}

const nothing: ReadonlySet<string> = new Set();
