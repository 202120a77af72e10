import { baseOfGerund } from './verbs.ts';

/** A stretch of the text, in UTF-16 units. */
export interface Span {
  start: number;
  end: number;
}

const LEADING: readonly RegExp[] = [
  /^[\s,，.。:：;；!！?？~～\-–—•*"“”'‘’、)）\]】]+/,
  /^@[\p{L}\p{N}_.-]{1,32}[\s,，:：]*/u,
  /^(?:make|be) sure (?:that )?(?:to |you |we )?/i,
  /^(?:please|pls|plz|kindly|bot|hey|hi|hello|ok|okay|also|just|and|then|so|siri|alexa|clawdbot)\b[\s,]*/i,
  /^(?:can|could|would|will|won'?t) (?:you|u|we|someone)(?: all| guys| both)?\b\s*/i,
  /^(?:would|do) you mind\b\s*(?:if (?:i|we) )?/i,
  /^(?:i|we)(?:'d| would)? ?(?:really |also |still )?(?:like|love|want|need|have|wish|ought|am|'?ve got)(?: you)? to (?:be able to )?/i,
  /^(?:i|we) (?:must|should|gotta|will)\s+/i,
  /^(?:i'?ll|we'?ll)\s+/i,
  /^you (?:need to|have to|must|should|ought to|better)\s+/i,
  /^(?:let'?s|let us)\s+/i,
  /^(?:i|we)(?:'d| would)? ?(?:like|want|need|have) (?:you to )?(?=(?:(?:an?|the|another|to set) )?(?:\w+ )?(?:reminder|alarm|alert))/i,
  /^(?:to |so that i |that )?(?:remind|alert|notify|wake) (?:me|us|myself|my \w+)\b\s*/i,
  /^(?:(?:do not|don'?t|dont|never) (?:let (?:me|us) )?forget|remember|be sure|make sure|be careful)(?: (?:to|about|that))?\b\s*/i,
  /^(?:that )?(?:i|we) (?:need|have|want|got|am|are|'?ve got)(?: supposed)? to\s+/i,
  /^(?:about|of|for|regarding)\s+(?:my|the|an?|our)\s+(?!to\b)/i,
  /^(?:that )?i(?:'ve)? (?:have|got) (?:an?|my|the)\s+/i,
  /^(?:my|the|an?)\s+(?=(?:[\w']+ ){0,3}(?:appointment|appt|birthday|anniversary|lesson|interview|party)\b)/i,
  /^(?:to|about|of|that|for|saying|regarding|which says)\b\s+(?!me\b|us\b|be sure)/i,
  /^(?:请(?!假|客|教|问|求|柬|帖|示)|麻烦|劳烦|烦请|有劳|劳驾|拜托|辛苦)(?:你|您|各位|大家|你们|一下)?/,
  /^(?:帮我|帮忙|帮咱们?|替我|帮下忙|帮着)/,
  /^给我(?=设|定|建|加|发|买|订|打|写|做|准备)/,
  /^(?:提醒|叫)(?:我|我们|一下|大家)(?:一下|一声)?/,
  /^(?:设置?|设定|定|建|新建|创建|添加|加)(?:一?个|一条)?(?:新的?)?(?:提醒|闹钟|待办|任务|日程)[,，:：]?/,
  /^(?:记得|记着|别忘了?|不要忘记?了?|勿忘|可别忘了?|切记|务必|一定)/,
  /^(?:能不能|可不可以|能否|可否|是否可以|是否能|方便|可以|能)(?=你|您|帮|请|麻烦|在|给|把|来|去|发|看|明|今|后天|下|周|[\u4e00-\u9fff]{2,30}[吗嘛么])/,
  /^(?:需要|必须|应该|应当|得|要)(?!求|点)(?=[\u4e00-\u9fff])/,
  /^(?:尽快|赶紧|赶快|抓紧|尽早)/,
  /^(?:待办|任务|行动项|todo|to-?do)\s*[:：-]?\s*/i,
  /^(?:我们|我|咱们?|你们|你|您|大家|各位)(?=(?:们)?(?:要|得|可以|能|方便|需要|必须|应该|记得|别忘|去|来|打算|准备|计划|在|把|给|先|今|明|后|下|周)|\s*$)/,
  /^(?:你好|您好|嗨|哈喽|对了|另外|还有|然后|那个|那)[,，\s]*/,
  /^(?:的|在|于|到时候|到时)(?=[\u4e00-\u9fff])/,
];

/** "Set a reminder …": the frame of a request, dropped once; "remind me to set my alarm" keeps its own words. */
const FRAMES: readonly RegExp[] = [
  /^(?:set|setup|set up|make|create|add|place|put|schedule|start|give me|send me|send|need|want|leave|leave me|insert|get|do|have)(?: me)?(?: up| in| myself)? (?:an? |the |my |another )?(?:new |quick |daily |weekly |recurring )?(?:reminder|reminders|alarm|alert|note|todo|to-do|task)s?\b(?: for me| on my \w+| to my list)?\s*/i,
  /^(?:an? |new |my )?(?:reminder|alarm|note|todo|to-do|task|action item)s?\b\s*:?\s*/i,
];
const REMINDED = /\b(?:remind|alert|notify) \w+(?: \w+)?\s*$/i;

/** What may be left over at the end once a time or a word there is gone. */
const LEFT_OVER = /[\s,，.。:：;；!！?？~～\-–—、(（[【"“]/;

const TRAILING: readonly RegExp[] = [
  /[\s,]+(?:please|pls|plz|thanks|thank you|thx|ok|okay|asap|as soon as possible|for me please|if (?:you can|possible)|when you (?:can|get a chance|have time|get a minute|have a (?:minute|moment|chance)))$/i,
  /\s+(?:on|at|by|before|for|in|from|due|around|until|till|and|starting|every|to|about|the)$/i,
  /(?:可以|行|好)?(?:吗|嘛|么|吧|哈|啊|哦|呀|呢|啦|喔)$/,
  /[\s,，]*(?:尽快|尽早|马上|立刻|急)$/,
  /(?:谢谢|谢了|多谢|拜托了|辛苦了|好吗|好不好|行吗|可以吗|行不行)$/,
  /\s+(?:later|repeat|daily|(?:is|are)(?: due)?)$/i,
  /(?:在|于|了)$/,
];

/** Further back no pattern of the end reaches. Each is tried at every place of what it is given, so it is given little. */
const TRAILING_REACH = 200;

/** Layers of politeness and time around the thing to do; more than this is not a sentence. */
const MAX_ROUNDS = 12;

/** Narrows a span to the thing to do, dropping the times at its edges and the words that only ask. */
export function coreOf(text: string, span: Span, times: readonly Span[]): Span {
  let { start, end } = span;
  let framed = !REMINDED.test(text.slice(Math.max(0, start - 40), start));
  let rounds = 0;
  for (let changed = true; changed && start < end && rounds < MAX_ROUNDS; rounds += 1) {
    const before = end - start;
    for (const pattern of framed ? FRAMES : []) {
      const frame = pattern.exec(text.slice(start, end))?.[0].length ?? 0;
      start += frame;
      framed &&= frame === 0;
    }
    for (const pattern of LEADING) start += pattern.exec(text.slice(start, end))?.[0].length ?? 0;
    for (const pattern of TRAILING) {
      while (end > start && LEFT_OVER.test(text.charAt(end - 1))) end -= 1;
      end -= pattern.exec(text.slice(Math.max(start, end - TRAILING_REACH), end))?.[0].length ?? 0;
    }
    for (const time of times) {
      const lead = text.slice(start, time.start);
      if (
        time.start >= start &&
        time.end <= end &&
        /^(?:(?:on|at|by|before|for|in|from|this|the|due|于|在|到)\s*)?$/i.test(lead)
      )
        start = time.end;
      else if (time.start > start && time.end === end) end = time.start;
    }
    changed = end - start !== before;
  }
  return { start, end: Math.max(start, end) };
}

/** The core's words without the times inside it, as a title. */
export function titleOf(text: string, core: Span, times: readonly Span[], gerund = false): string {
  let title = '';
  let at = core.start;
  for (const time of [...times].sort((a, b) => a.start - b.start)) {
    if (time.start < at || time.end > core.end) continue;
    title += withoutLink(text.slice(at, time.start));
    at = time.end;
  }
  title += text.slice(at, core.end);
  return polish(title, gerund);
}

/** Without the small word that led to a time. Spaces go first: a pattern would try each of them as a beginning. */
const withoutLink = (words: string): string =>
  `${words
    .trimEnd()
    .replace(/(?:\s(?:on|at|by|before|for|in|from|around|until|due)|在|于)$/i, '')
    .trimEnd()} `;

function polish(title: string, gerund: boolean): string {
  const plain = title
    .replace(/(?<=[\u4e00-\u9fff])(?:记得|别忘了?|务必|麻烦你?)(?=[\u4e00-\u9fff])/, '')
    .replace(/\s+/g, ' ')
    .replace(/\s+([,，.。!?！？])/g, '$1')
    .replace(/([\u4e00-\u9fff]) (?=[\u4e00-\u9fff])/g, '$1')
    .trim();
  const [first = ''] = plain.split(' ', 1);
  const base = gerund ? baseOfGerund(first) : null;
  const worded = base === null ? plain : base + plain.slice(first.length);
  return worded.charAt(0).toUpperCase() + worded.slice(1);
}
