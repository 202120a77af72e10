import { foldText } from '../language/index.ts';

/** What a query that asks what somebody said is about. */
export interface Saying {
  /** Who: sender ids, folded. */
  sayers: ReadonlySet<string>;
  /** Words by which the query names them, folded. */
  names: ReadonlySet<string>;
  /** What about; empty where whatever they said last answers. */
  topic: readonly string[];
  /** The times it names, folded, as they stand in it. */
  times: readonly string[];
}

/** Forms of saying, and words that go with them: they tell how something was put and never what about. */
const englishWords = new Set(
  `say says said saying mention mentions mentioned mentioning tell tells told telling write writes wrote written ask
  asks asked asking talk talks talked talking speak speaks spoke spoken reply replies replied answer answers answered
  respond responds responded message messages word words else last latest newest recent recently lately exactly
  everyone everybody`.split(/\s+/),
);
const chineseWords = new Set(
  '说 说过 说到 讲 讲过 讲到 提 提到 提过 提及 提起 问 问过 问到 问起 谈 谈到 聊 聊到 写 写过 回复 回答 留言 告诉 话 原话 消息 些 最近 最新 最后 刚才 刚刚'.split(
    ' ',
  ),
);
export const isSayingWord = (word: string): boolean => englishWords.has(word) || chineseWords.has(word);

const englishVerb = String.raw`(?:say|says|said|saying|mention(?:s|ed)?|tells?|told|writes?|wrote|written|ask(?:s|ed)?|(?:talk(?:s|ed)?|speaks?|spoke|spoken)(?: about)?|repl(?:y|ies|ied)|answer(?:s|ed)?|respond(?:s|ed)?)\b`;
const englishBetween = String.raw`(?:\s+(?:ever|just|also|actually|really|already|recently|lately|last|then|has|have|had|been|to))*\s+`;
const englishNoun = String.raw`'s(?:\s+(?:last|latest|newest|recent|most))*\s+(?:messages?|words?)\b`;
// A dictionary takes 提醒, 讲座, 问题, 说明 for words of their own, and so they are.
const chineseVerb =
  '(?:说(?![明服法])|讲(?![座究义台课])|提(?:到|及|起|过)|问(?!题)|谈(?!判)|聊(?!天)|写(?=[了过的些])|告诉|回复|回答|留言|发来|发(?=[了过]))';
const chineseAfter = '(?:过|了|起|到|的?话|的|些|我们?|大家)*';
const chineseBetween =
  '(?:\\s|都|还|也|又|刚才|刚刚|刚|最近|到底|究竟|曾经|曾|后来|有没有|有|怎么|是|之前|上次|[跟和对给向](?:我们?|你们?|大家))*';
const englishFrom = String.raw`\b(?:messages?|anything|news|words?)(?:\s+new)?\s+(?:from|by)\s+`;
const chineseNoun = '的?(?:最近|最新|最后)?的?(?:[一几]条|一句)?(?:消息|留言|原话|话)';
const said = `(?:${englishBetween}${englishVerb}|${englishNoun}|${chineseBetween}${chineseVerb}${chineseAfter}|${chineseNoun})`;

/** Finds who is asked about as the one who said something, and leaves out the words of saying. `named`: who a name may mean. */
export function readSayers(query: string, named: ReadonlyMap<string, ReadonlySet<string>>) {
  const sayers = new Set<string>();
  /** The words of the names, as they stand there: of a whole id each is part of it. */
  const spoken = new Set<string>();
  if (named.size === 0) return { sayers, spoken, rest: query };
  const names = [...named.keys()].toSorted((a, b) => b.length - a.length).map(asPattern);
  const name = `(${names.join('|')})`;
  const keepName = (_match: string, found: string) => {
    for (const sender of named.get(found) ?? []) sayers.add(sender);
    for (const word of found.split(/\s+/)) spoken.add(word);
    return `${found} `;
  };
  const rest = foldText(query)
    .replace(new RegExp(`${name}${said}`, 'g'), keepName)
    .replace(new RegExp(`${englishFrom}${name}`, 'g'), keepName);
  return { sayers, spoken, rest };
}

/** A name as it stands in a text: a Latin one only as whole words. */
function asPattern(name: string): string {
  const before = /^[a-z0-9]/.test(name) ? '(?<![a-z0-9])' : '';
  const after = /[a-z0-9]$/.test(name) ? '(?![a-z0-9])' : '';
  return `${before}${name.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')}${after}`;
}

// A dictionary takes a Chinese name apart (王|小明).
export const isPartOfName = (word: string, names: ReadonlySet<string>): boolean =>
  names.has(word) || (/\p{Script=Han}/u.test(word) && [...names].some((name) => name.includes(word)));

/** True where a query says what it is about, even if that is only a day. */
export const announcesTopic = (query: string): boolean => /\b(about|regarding|concerning)\b|关于|对于/.test(query);
