/** Text as a list of tokens: digit runs, Latin words, single Han characters, other characters. Linear in the text. */
export interface Token {
  kind: 'number' | 'word' | 'han' | 'mark';
  /** Folded: half-width, lower case, simplified where the grammar needs it. */
  text: string;
  /** UTF-16 offsets in the original text. */
  start: number;
  end: number;
  /** White space stands before the token. */
  spaced: boolean;
  /** A line break stands before the token. */
  broken: boolean;
}

// Only characters that occur in words of time and request; folding keeps one UTF-16 unit per unit.
const TRADITIONAL =
  '週禮後號點鐘鍾個從這兩內間時萬開節慶誕聖勞動過來幾請幫麼們續會對將應該記別讓誰為給聽說買賣還訂陽曆農團員書學隨員閒檔處當終續於結參補課發報單寫電話約產東壽種錄樂氣樣覺鬧煩週預辦醫證繳備';
const SIMPLIFIED =
  '周礼后号点钟钟个从这两内间时万开节庆诞圣劳动过来几请帮么们续会对将应该记别让谁为给听说买卖还订阳历农团员书学随员闲档处当终续于结参补课发报单写电话约产东寿种录乐气样觉闹烦周预办医证缴备';
const FOLDED = new Map([...TRADITIONAL].map((character, index) => [character, SIMPLIFIED[index] ?? character]));
const MARKS: Record<string, string> = {
  '：': ':',
  '，': ',',
  '、': ',',
  '。': '.',
  '～': '~',
  '〜': '~',
  '－': '-',
  '–': '-',
  '—': '-',
  '―': '-',
  '（': '(',
  '）': ')',
  '’': "'",
  '‘': "'",
  '＠': '@',
  '／': '/',
  '．': '.',
};

/** The same number of UTF-16 units as the text, with widths, cases and variants folded. */
export function foldUnits(text: string): string {
  const lower = text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  return lower.replace(/[^\0-\x7f]/g, foldUnit);
}

export function tokenize(text: string): Token[] {
  const folded = foldUnits(text);
  const tokens: Token[] = [];
  let at = 0;
  let spaced = false;
  let broken = false;
  while (at < folded.length) {
    const code = folded.charCodeAt(at);
    if (isSpace(code)) {
      spaced = true;
      if (code === 10 || code === 13) broken = true;
      at += 1;
      continue;
    }
    const end = tokenEnd(folded, at, code);
    tokens.push({ kind: kindOf(code), text: folded.slice(at, end), start: at, end, spaced, broken });
    at = end;
    spaced = false;
    broken = false;
  }
  return tokens;
}

function foldUnit(unit: string): string {
  const code = unit.charCodeAt(0);
  const mark = MARKS[unit];
  if (mark !== undefined) return mark;
  if (code >= 0xff01 && code <= 0xff5e) return String.fromCharCode(code - 0xfee0).toLowerCase();
  return FOLDED.get(unit) ?? unit;
}

function tokenEnd(text: string, start: number, code: number): number {
  let end = start + 1;
  if (isDigit(code)) {
    while (end < text.length && isDigit(text.charCodeAt(end))) end += 1;
  } else if (isLetter(code)) {
    while (end < text.length && (isLetter(text.charCodeAt(end)) || isInnerApostrophe(text, end))) end += 1;
  }
  return end;
}

function kindOf(code: number): Token['kind'] {
  if (isDigit(code)) return 'number';
  if (isLetter(code)) return 'word';
  return isHan(code) ? 'han' : 'mark';
}

function isInnerApostrophe(text: string, at: number): boolean {
  return text[at] === "'" && at + 1 < text.length && isLetter(text.charCodeAt(at + 1));
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 0xc0 && code <= 0x24f);
const isHan = (code: number): boolean => (code >= 0x4e00 && code <= 0x9fff) || code === 0x3007;
const isSpace = (code: number): boolean => code <= 32 || code === 0xa0 || code === 0x3000 || code === 0x200b;
