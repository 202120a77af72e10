import type { Locale } from '../../../src-shared/schema/common.ts';

/** A message that begins with a slash and a word. */
export interface Command {
  name: string;
  text: string;
}

// Chinese is typed without a space before the text, and with the wide slash of its keyboards.
const commandPattern = /^\s*[/／]([a-z]{2,16})(?:$|[\s:：]+|(?=\p{Script=Han}))([\s\S]*)$/iu;

export function readCommand(content: string): Command | null {
  const [, name, text = ''] = commandPattern.exec(content) ?? [];
  return name === undefined ? null : { name: `/${name.toLowerCase()}`, text: text.trim() };
}

/** The language a message is written in; text without letters of either is answered in `otherwise`. */
export function readLocale(content: string, otherwise: Locale): Locale {
  const sample = content.slice(0, 2000);
  const han = sample.match(/\p{Script=Han}/gu)?.length ?? 0;
  const latinWords = sample.match(/[A-Za-z]{2,}/g)?.length ?? 0;
  if (han === 0 && latinWords === 0) return otherwise;
  // One Chinese word is about two characters, so the two languages are compared word for word.
  return han / 2 >= latinWords ? 'zh-CN' : 'en';
}

const englishQuestion =
  /^(?:(?:so|and|but|hey|hi|ok|okay|please|btw)[,\s]+)*(?:what|when|where|who|whom|whose|which|why|how|do|does|did|is|are|was|were|has|have|had|will|would|can|could|should|any idea|remind me what|tell me (?:what|when|where|who|about))\b/i;
const chineseQuestion =
  /什么|啥|谁|哪[里儿个天些一位家种]?|几[点号时个次位人月]|多少|多久|多大|怎么|怎样|如何|为什么|为何|是不是|有没有|对不对|能不能|可不可以|记不记得|还记得|吗\s*[?？。!！]*$|呢\s*[?？]*$/;

/** Whether a message asks for something that may be known. A question mark decides; without one, how it is put. */
export function isQuestion(content: string): boolean {
  const text = content.trim();
  if (/[?？][\s"”’)）]*$/.test(text)) return true;
  if (text.length > 300) return false;
  return englishQuestion.test(text) || chineseQuestion.test(text);
}
