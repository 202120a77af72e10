import { stemmer } from 'stemmer';
import { irregularForms, isGram, type Token } from '../../language/index.ts';

/**
 * A token as a number of 52 bits, all that the index keeps of it: no word of a memory stands in it. Two of a million tokens
 * share a number once in some ten thousand indexes, and then one more memory is looked at.
 *
 * Two runs of FNV-1a (Fowler, Noll, Vo) with different beginnings, mixed at the end as MurmurHash3 does.
 */
export const tokenKey = (token: Token): number => keyOf(isGram(token) ? token : `w${formOf(token.slice(1))}`);

const latinMarks = /([\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])\p{M}+/gu;
const asciiWord = /^[a-z]+$/;

/** All forms of an English word are one (went and goes are go), and so are letters with and without marks. */
function formOf(word: string): string {
  if (asciiWord.test(word)) return stemmer(irregularForms(word)[0] ?? word);
  const plain = word.normalize('NFD').replace(latinMarks, '$1').normalize('NFC');
  return asciiWord.test(plain) ? formOf(plain) : plain;
}

function keyOf(token: string): number {
  let high = 0x811c9dc5;
  let low = 0x9747b28c;
  for (let at = 0; at < token.length; at++) {
    const unit = token.charCodeAt(at);
    high = Math.imul(high ^ unit, 0x01000193);
    low = Math.imul(low ^ (unit + at), 0x01000193);
  }
  return (mixed(high) >>> 12) * 0x1_0000_0000 + (mixed(low) >>> 0);
}

/** An id as a number of 32 bits, to leave out by; 0 is nobody's. */
export const idKey = (id: string | null | undefined): number =>
  id === null || id === undefined ? 0 : (keyOf(id) % 0xffff_ffff) + 1;

function mixed(hash: number): number {
  let value = hash;
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return value ^ (value >>> 16);
}
