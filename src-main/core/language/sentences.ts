/** A sentence or line of a message; [start, end) in UTF-16 units. */
export interface Sentence {
  start: number;
  end: number;
  text: string;
  /** An unticked box or a bullet stood before it. */
  listed: boolean;
}

/** Longer sentences are read only this far; nobody asks for something in the thousandth character. */
const MAX_SENTENCE = 600;
const MAX_SENTENCES = 400;
const ENDS = new Set(['.', '!', '?', ';', '。', '！', '？', '；', '…']);
const ABBREVIATION =
  /(?:^|[\s(])(?:mr|mrs|ms|dr|st|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|no|vs|etc|e\.g|i\.e|a\.m|p\.m|a|p|mon|tues?|wed|thurs?|fri|sat|sun)$/i;
const BULLET =
  /^\s*(?:[-*•·+]\s+(?:\[( |x|X)?\]\s*)?|\[( |x|X)?\]\s*|\d{1,2}[.)、]\s+|[（(]?[一二三四五六七八九十\d]{1,2}[）)]\s*)/;

/** Splits a message into sentences and list items; quoted lines, code blocks and ticked boxes are left out. */
export function sentencesOf(text: string): Sentence[] {
  const sentences: Sentence[] = [];
  let code = false;
  let start = 0;
  while (start <= text.length && sentences.length < MAX_SENTENCES) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(start, end);
    if (line.trimStart().startsWith('```')) code = !code;
    else if (!code && !/^\s*>/.test(line)) sentences.push(...sentencesOfLine(line, start));
    start = end + 1;
  }
  return sentences.slice(0, MAX_SENTENCES);
}

function sentencesOfLine(line: string, offset: number): Sentence[] {
  const bullet = BULLET.exec(line.slice(0, 40));
  if (bullet && [bullet[1], bullet[2]].some((mark) => mark?.toLowerCase() === 'x')) return [];
  const from = bullet ? bullet[0].length : 0;
  const cuts = [...cutsOf(line, from), line.length];
  const sentences: Sentence[] = [];
  let at = from;
  for (const cut of cuts) {
    const raw = line.slice(at, cut);
    const lead = raw.length - raw.trimStart().length;
    const text = raw.trim().slice(0, MAX_SENTENCE);
    if (/[\p{L}\p{N}]/u.test(text))
      sentences.push({
        start: offset + at + lead,
        end: offset + at + lead + text.length,
        text,
        listed: bullet !== null && at === from,
      });
    at = cut;
  }
  return sentences;
}

function cutsOf(line: string, from: number): number[] {
  const cuts: number[] = [];
  for (let at = from; at < line.length; at += 1) {
    const unit = line[at] ?? '';
    if (!ENDS.has(unit)) continue;
    let end = at + 1;
    while (end < line.length && (ENDS.has(line[end] ?? '') || '"”’)）'.includes(line[end] ?? ' '))) end += 1;
    const wide = unit.charCodeAt(0) > 0x2000;
    const spaced = end >= line.length || /\s/.test(line[end] ?? '') || line.charCodeAt(end) > 0x2e80;
    if ((wide || spaced) && !(unit === '.' && ABBREVIATION.test(line.slice(Math.max(from, at - 8), at))))
      cuts.push(end);
    at = end - 1;
  }
  return cuts;
}
