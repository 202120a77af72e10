/** What shows in a text that somebody tells something, whatever it is about. */

const latinWord = /[\p{L}\p{N}]+/gu;
const han = /\p{Script=Han}/gu;
/** Chinese words have one and a half characters on average. */
const hanPerWord = 1.5;

export function lengthInWords(text: string): number {
  return wordsOfAscii(text) ?? wordsOfAny(text);
}

/** The same for a text of nothing but ASCII, without a list of what was found: it is asked of hundreds at each search. */
function wordsOfAscii(text: string): number | null {
  let words = 0;
  let isInside = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 127) return null;
    const isWord = (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57);
    if (isWord && !isInside) words++;
    isInside = isWord;
  }
  return words;
}

function wordsOfAny(text: string): number {
  const characters = text.match(han)?.length ?? 0;
  const others = text.replace(han, ' ').match(latinWord)?.length ?? 0;
  return others + characters / hanPerWord;
}

const oneself = /\b(?:i|me|my|we|our)\b|[我咱]/iu;
export const tellsOfOneself = (text: string): boolean => oneself.test(text);

const amount =
  /\p{N}|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred|thousand|once|twice|couple|several)\b|[一二三四五六七八九十百千万两几半][个次本张条位天年月周小分公元块斤里米岁件家人只台份页]/iu;
export const hasAmount = (text: string): boolean => amount.test(text);

const howMany = /\bhow (?:many|much|long|often|old|far|big|tall)\b|几(?!乎)|多少|多[久长远高大重]/iu;
export const asksHowMany = (query: string): boolean => howMany.test(query);
