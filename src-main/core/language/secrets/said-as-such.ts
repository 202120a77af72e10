import type { SecretKind, SecretSpan } from './find-secrets.ts';

/**
 * Secrets that have no form and are told as what they are: "my password is …", "密码是……". A word after "is" is one only
 * where the sentence ends with it and it is none of those that people say of passwords.
 */
interface Saying {
  pattern: RegExp;
  kind: SecretKind;
  isSecret(found: string, rest: string): boolean;
}

const openingQuote = `["'\`“”「『《‘’]`;
// No quotes, no separators of lists; what stands between keyword and value does not begin it.
const word = '[!#-&*+\\-./0-9<>-Z^_a-~][!#-&(-+\\--:<-Z^_a-~]{3,127}';
const gap = '[^\\n.!?;:=。！？；：]{0,40}?';

const sayings: readonly Saying[] = [
  {
    // my password for the router is hunter2 · password: hunter2 · pwd=hunter2
    pattern: new RegExp(
      `\\b(?:pass(?:word|wd|code|phrase)|pwd)s?\\b${gap}(?:\\s(?:is|was|are|to)\\b:?|\\s?[:=])\\s{0,3}${openingQuote}?(${word})`,
      'gid',
    ),
    kind: 'password',
    isSecret: (found, rest) =>
      isMixed(found) || (isWord(found) && endsThere(rest) && !saidOfPasswords.has(plain(found))),
  },
  {
    // the PIN is 4821
    pattern: new RegExp(
      `\\bpin(?: code| number)?\\b${gap}(?:\\s(?:is|was|to)\\b:?|\\s?[:=])\\s{0,3}${openingQuote}?(\\d{4,8})(?![\\d-])`,
      'gid',
    ),
    kind: 'password',
    isSecret: () => true,
  },
  {
    // 密码是 hunter2 · wifi密码：hunter2 · 把口令改成 hunter2
    pattern: new RegExp(
      `(?:密码|口令|PIN码?)[^\\n，。；！？,;!?是为:=A-Za-z0-9]{0,12}(?:是|为|:|=|改成|改为|改到|设成|设为|换成|叫)[了:]?\\s{0,3}${openingQuote}?(${word})`,
      'gid',
    ),
    kind: 'password',
    isSecret: (found, rest) =>
      isMixed(found) ? !isCounted(rest) : isWord(found) && !saidOfPasswords.has(plain(found)),
  },
  {
    // 密码 hunter2 · 密码123456
    pattern: new RegExp(`(?:密码|口令)\\s{0,2}${openingQuote}?(${word})`, 'gid'),
    kind: 'password',
    isSecret: (found, rest) => /\d/.test(found) && plain(found).length >= 5 && !isCounted(rest),
  },
  {
    pattern:
      /\b(?:api[ _-]?key|secret[ _-]?key|access[ _-]?key|(?:access|auth|api|refresh|bot)[ _-]?token|client[ _-]?secret|token|secret)(?:\s(?:is|was)\b:?|\s?[:=])\s{0,3}["'`“]?([A-Za-z0-9_\-./+=~]{12,512})/dgi,
    kind: 'api_key',
    isSecret: (found) => /\d/.test(found) && /[A-Za-z]/.test(found) && !/^https?:/i.test(found),
  },
  {
    pattern:
      /(?:密钥|秘钥|令牌|(?:api|access) ?key)[^\n，。；！？是为:=A-Za-z0-9]{0,8}(?:是|为|:|=|改成|改为)\s{0,3}["'`“「]?([A-Za-z0-9_\-./+=~]{8,512})/dgi,
    kind: 'api_key',
    isSecret: (found) => /\d/.test(found) && /[A-Za-z]/.test(found),
  },
];

export function saidSpans(text: string): SecretSpan[] {
  return sayings.flatMap(({ pattern, kind, isSecret }) =>
    [...text.matchAll(pattern)].flatMap((found) => {
      const [start = 0] = found.indices?.[1] ?? [];
      const secret = withoutEnd(found[1] ?? '');
      const end = start + secret.length;
      return secret.length >= 4 && isSecret(secret, text.slice(end, end + 8)) ? [{ start, end, kind }] : [];
    }),
  );
}

/** What ends a sentence ends the secret; a mark in the middle belongs to it. */
const withoutEnd = (found: string): string => found.replace(/[.,;:!?)]+$/, '');
const plain = (found: string): string => found.toLowerCase();

const isWord = (found: string): boolean => /^[a-z]+(?:-[a-z]+)*$/i.test(found);
/** Holds a digit or a sign, or capitals within. */
const isMixed = (found: string): boolean =>
  !isWord(found) ? /[A-Za-z0-9]/.test(found) && !isOnlyPunctuated(found) : /[a-z][A-Z]/.test(found);
/** "reset/changed", "user's": words with a sign between them. */
const isOnlyPunctuated = (found: string): boolean => /^[a-z]+(?:[/'’&][a-z]+)+$/i.test(found);
const endsThere = (rest: string): boolean => /^["'`”」』’]?\s*(?:$|[.,;!?)\n。，；！？])/.test(rest);
/** 密码2024年改过, 密码12位以上: a number that counts something else. */
const isCounted = (rest: string): boolean => /^\s?[年月日号位个次天字条-]/.test(rest);

const saidOfPasswords = new Set(
  `wrong right correct incorrect weak strong short long safe unsafe secure insecure hashed stored saved lost gone forgotten
  expired required optional needed missing empty invalid valid changed reset unchanged important ready here there still
  now only always never what same mine yours theirs set unset encrypted protected written known unknown asked sent due
  fine good bad okay done enough easy hard simple complicated different similar old leaked stolen compromised shared
  public private secret hidden visible blank null none string text true false below above attached confidential rotated
  sensitive case-sensitive disabled enabled locked unlocked working broken used reused everything nothing something this
  that these those mandatory accepted rejected refused denied typed`.split(/\s+/),
);
