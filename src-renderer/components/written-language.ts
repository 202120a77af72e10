const kana = /[\p{Script=Hiragana}\p{Script=Katakana}]/u;

/**
 * The language of what somebody wrote, for its face and its voice: Chinese when it holds Chinese characters, else English.
 * Undefined, which leaves the page's language, for what holds no letters and for Japanese.
 */
export function writtenLanguage(text: string): 'zh-CN' | 'en' | undefined {
  if (kana.test(text)) return undefined;
  if (/\p{Script=Han}/u.test(text)) return 'zh-CN';
  return /\p{Script=Latin}/u.test(text) ? 'en' : undefined;
}
