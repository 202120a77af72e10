/**
 * What a fact tells about a person. Of a single one only the newest holds: who lives in Lyon no longer lives in Porto. Of
 * the others there are many at a time, and only the opposite ends one.
 */
export const slots = {
  name: 'single',
  birthday: 'single',
  home: 'single',
  hometown: 'single',
  employer: 'single',
  job: 'single',
  school: 'single',
  phone: 'single',
  email: 'single',
  address: 'single',
  likes: 'many',
  allergy: 'many',
  language: 'many',
  pet: 'many',
} as const;

export type PlainSlot = keyof typeof slots;
/** Somebody of the person's, and what the person likes most of a kind: "name of dog", "favourite colour". */
export type Slot = PlainSlot | `name of ${string}` | `favourite ${string}` | `own ${string}`;

export const isSingle = (slot: string): boolean => slots[slot as PlainSlot] !== 'many';

/** Something that a person said of themselves. `start` and `end` are UTF-16 units in the text, of the sentence that says it. */
export interface FoundFact {
  slot: Slot;
  value: string;
  /** It is not so, or no longer. */
  negated: boolean;
  start: number;
  end: number;
}

/** Words of a question that asks for a plain slot. */
const cues: Record<PlainSlot, RegExp> = {
  name: /\b(?:names?|called)\b|叫|名字/u,
  birthday: /\b(?:birthday|born)\b|生日|出生/u,
  home: /\b(?:lives?|living|homes?|resides?|moved?|moving)\b|住|家|搬/u,
  hometown: /\b(?:from|hometown|grew)\b|老家|家乡|哪里人/u,
  employer: /\b(?:works?|working|company|employers?|jobs?)\b|上班|工作|公司|单位/u,
  job: /\b(?:works?|jobs?|profession|occupation|living)\b|工作|职业|做什么/u,
  school: /\b(?:study|studies|studying|school|university|college)\b|上学|读书|学校|大学/u,
  phone: /\b(?:phone|number|mobile|call|reach)\b|电话|手机|号码/u,
  email: /\be-?mail\b|邮箱|邮件/u,
  address: /\baddress\b|地址|住址/u,
  likes:
    /\b(?:likes?|loves?|enjoys?|prefers?|hates?|dislikes?|favou?rite|eats?|drinks?)\b|喜欢|爱[吃喝看听玩]|讨厌|口味/u,
  allergy: /\ballerg/u,
  language: /\b(?:speaks?|languages?)\b|[会说讲].*[语话]/u,
  pet: /\bpets?\b|宠物/u,
};

/** Whether a question, folded, may be one for this slot. */
export function isAskedFor(slot: string, question: string): boolean {
  const cue = cues[slot as PlainSlot];
  if (cue) return cue.test(question);
  const of = slot.replace(/^(?:name of|favourite|own) /, '');
  return question.includes(of);
}
