import type { Slot } from './slots.ts';

/** A way of saying something of oneself, in one clause; the group `value` is what is said. */
export interface Pattern {
  pattern: RegExp;
  slot: Slot | ((groups: Record<string, string>) => Slot | null);
  negated?: boolean | ((groups: Record<string, string>) => boolean);
}

const lead = String.raw`(?:^|[,;:]\s*|\b(?:and|but|so|well|hi|hello|hey|also|because|since|that|yes|yeah|oh|fyi|by the way)[,!]?\s+)`;
const adverb = String.raw`(?:\s+(?:really|just|still|now|currently|actually|absolutely|always|both|already|recently|mostly|usually|definitely))*`;
const rest = String.raw`(?<value>[^,;:()!?]+?)`;
const gap = String.raw`\s+`;
const restAnyMore = `${rest}(?: any ?more)?`;
const clauseEnd = String.raw`(?:\s*(?:$|[,;:()!?]|\.(?:\s|$)|\s(?:because|but|so|since|and (?:i|we|my|it|they|he|she)|which|when|where|while|although|though|if|unless|until)\b))`;

const i = String.raw`i(?:\s+am|['’]m)`;
const relation =
  'dog|cat|puppy|kitten|horse|parrot|rabbit|wife|husband|partner|girlfriend|boyfriend|fiancee?|son|daughter|sister|brother|mother|mom|mum|father|dad|boss|manager|doctor|dentist|teacher|landlord|cleaner|accountant|lawyer';
const attribute =
  'blood type|shoe size|ring size|shirt size|license plate|licence plate|plate number|passport number|customer number|membership number|account number|employee number|favou?rite [a-z]+(?: [a-z]+)?|phone(?: number)?|mobile(?: number)?|cell(?: number)?|number|e-?mail(?: address)?|address|home address|birthday|job|hometown';

const plainAttributes = new Map<string, Slot>([
  ['phone', 'phone'],
  ['phone number', 'phone'],
  ['mobile', 'phone'],
  ['mobile number', 'phone'],
  ['cell', 'phone'],
  ['cell number', 'phone'],
  ['number', 'phone'],
  ['email', 'email'],
  ['email address', 'email'],
  ['e-mail', 'email'],
  ['e-mail address', 'email'],
  ['address', 'address'],
  ['home address', 'address'],
  ['birthday', 'birthday'],
  ['job', 'job'],
  ['hometown', 'hometown'],
]);

function slotOfAttribute({ attribute: given = '', value = '' }: Record<string, string>): Slot | null {
  const name = given.toLowerCase().replace('favorite', 'favourite');
  const plain = plainAttributes.get(name);
  if ((plain === 'phone' && !/\d{4}/.test(value)) || (plain === 'email' && !value.includes('@'))) return null;
  if (plain) return plain;
  return name.startsWith('favourite ') ? (name as Slot) : `own ${name}`;
}

const slotOfRelation = ({ relation: whose = '' }: Record<string, string>): Slot => `name of ${whose.toLowerCase()}`;

const properName = String.raw`(?<value>\p{Lu}[\p{L}'’-]*(?:\s+\p{Lu}[\p{L}'’.-]*){0,3})`;

export const english: readonly Pattern[] = [
  {
    pattern: new RegExp(
      lead + `my${adverb} name(?:\\s+is|['’]s)${adverb}` + gap + '(?<value>[^,;:()!?.]{1,60}?)' + clauseEnd,
      'iu',
    ),
    slot: 'name',
  },
  {
    pattern: new RegExp(
      lead + String.raw`(?:please |you can )?call me` + gap + '(?<value>[^,;:()!?.]{1,40}?)' + clauseEnd,
      'iu',
    ),
    slot: 'name',
  },
  {
    pattern: new RegExp(
      lead + String.raw`(?:i was born on|my birthday(?:\s+is|['’]s)(?:\s+on)?)` + gap + rest + clauseEnd,
      'iu',
    ),
    slot: 'birthday',
  },
  {
    pattern: new RegExp(lead + `i${adverb} (?:live|reside) (?:in|at|near)` + gap + rest + clauseEnd, 'iu'),
    slot: 'home',
  },
  {
    pattern: new RegExp(
      lead +
        `(?:i|we)(?:['’](?:ve|re))?${adverb} (?:have )?mov(?:ed|ing)(?: house)?(?: from [^,;.]+?)? to` +
        gap +
        rest +
        clauseEnd,
      'iu',
    ),
    slot: 'home',
  },
  {
    pattern: new RegExp(
      lead + String.raw`i (?:no longer|don['’]?t|do not) live in` + gap + restAnyMore + clauseEnd,
      'iu',
    ),
    slot: 'home',
    negated: true,
  },
  {
    pattern: new RegExp(lead + String.raw`i used to live in` + gap + rest + clauseEnd, 'iu'),
    slot: 'home',
    negated: true,
  },
  {
    pattern: new RegExp(
      lead + `(?:${i}${adverb}|i come) (?:originally )?from` + gap + `(?<value>${'\\p{Lu}'}[^,;:()!?.]*?)` + clauseEnd,
      'iu',
    ),
    slot: 'hometown',
  },
  { pattern: new RegExp(lead + String.raw`i grew up in` + gap + rest + clauseEnd, 'iu'), slot: 'hometown' },
  { pattern: new RegExp(lead + `i${adverb} work (?:at|for)` + gap + rest + clauseEnd, 'iu'), slot: 'employer' },
  {
    pattern: new RegExp(
      lead +
        String.raw`i(?:['’]ve)? (?:just )?(?:started|joined|begun)(?: working)?(?: at| for)?` +
        gap +
        `(?<value>${'\\p{Lu}'}[^,;:()!?.]*?)` +
        clauseEnd,
      'iu',
    ),
    slot: 'employer',
  },
  { pattern: new RegExp(lead + `i${adverb} work as an?` + gap + rest + clauseEnd, 'iu'), slot: 'job' },
  {
    pattern: new RegExp(
      lead +
        `${i}${adverb} an?` +
        gap +
        String.raw`(?<value>(?:[a-z-]+ ){0,2}(?:teacher|engineer|developer|programmer|designer|nurse|doctor|lawyer|student|accountant|manager|chef|cook|writer|artist|musician|photographer|scientist|researcher|architect|electrician|plumber|driver|pilot|farmer|journalist|translator|consultant|analyst|pharmacist|dentist|vet|librarian|salesperson|retiree))` +
        clauseEnd,
      'iu',
    ),
    slot: 'job',
  },
  {
    pattern: new RegExp(lead + `i${adverb} (?:study|go to school) (?:at|in)` + gap + rest + clauseEnd, 'iu'),
    slot: 'school',
  },
  {
    pattern: new RegExp(
      lead +
        String.raw`i(?<adverb>(?:\s+(?:really|just|still|absolutely|also|do))*)\s+(?:like|love|enjoy|adore|prefer)` +
        gap +
        String.raw`(?<value>[^,;:()!?]{2,80}?)` +
        clauseEnd,
      'iu',
    ),
    slot: 'likes',
  },
  {
    pattern: new RegExp(
      lead +
        String.raw`i(?:\s+(?:really|just|absolutely|also))*\s+(?:hate|dislike|detest|can(?:not|['’]?t) stand|(?:don['’]?t|do not|no longer|never)(?: really)? (?:like|love|enjoy|eat|drink))` +
        gap +
        String.raw`(?<value>[^,;:()!?]{2,80}?)(?: any ?more)?` +
        clauseEnd,
      'iu',
    ),
    slot: 'likes',
    negated: true,
  },
  { pattern: new RegExp(lead + `${i}${adverb} allergic to` + gap + rest + clauseEnd, 'iu'), slot: 'allergy' },
  {
    pattern: new RegExp(
      lead + String.raw`i(?:['’]m| am) (?:not|no longer) allergic to` + gap + restAnyMore + clauseEnd,
      'iu',
    ),
    slot: 'allergy',
    negated: true,
  },
  {
    pattern: new RegExp(
      lead +
        `i${adverb} (?:can )?speak` +
        gap +
        String.raw`(?<value>\p{Lu}[\p{L}]+(?:(?:,| and)+ \p{Lu}[\p{L}]+)*)(?: fluently| a little| well)?` +
        clauseEnd,
      'iu',
    ),
    slot: 'language',
  },
  {
    pattern: new RegExp(
      lead +
        `my (?<relation>${relation})(?:['’]s name)?(?:\\s+is|['’]s)(?: called| named)?` +
        gap +
        properName +
        clauseEnd,
      'iu',
    ),
    slot: slotOfRelation,
  },
  {
    pattern: new RegExp(
      lead +
        `(?:i|we) (?:have|own|got|adopted) an? (?<relation>${relation}) (?:called|named)` +
        gap +
        properName +
        clauseEnd,
      'iu',
    ),
    slot: slotOfRelation,
  },
  {
    pattern: new RegExp(
      lead +
        `my (?:new )?(?<attribute>${attribute})(?:\\s+is|['’]s|\\s+has changed to|\\s+changed to)(?: now)?` +
        gap +
        rest +
        clauseEnd,
      'iu',
    ),
    slot: slotOfAttribute,
  },
];

/** Openings under which nothing is said of how things are. */
export const englishNotSo =
  /^(?:if|would|could|should|imagine|suppose|maybe|perhaps|when|do|did|does|is|are|can|what|who|where|why|how|which)\b|\bi(?:['’]d| would| might| may| could| should) (?:like|love|prefer|enjoy|live|work|move)\b|\b(?:i wish|i hope|i think about|thinking of|want to|planning to|going to)\b/iu;

const nothingOfItsOwn =
  /^(?:it|that|this|them|those|these|you|him|her|us|to|the (?:idea|way|fact|sound|look) .*|how .*|what .*|when .*|your .*|his .*|their .*|one|so|not .*|all .*|both|dead|broken|lost|ringing|fine|good|ok|okay|late|sick|busy|here|there|home|back|sure|ready)$/iu;

/** A value as it is kept, or null where the words say nothing that could be known of a person. */
export function englishValue(value: string): string | null {
  const kept = value
    .replace(/^(?:the|a|an|some|all)\s+/iu, '')
    .replace(
      /\s+(?:now|too|as well|very much|a lot|so much|these days|yesterday|today|recently|last (?:week|month|year|summer|winter|spring|autumn|fall)|this (?:week|month|year)|at the moment|right now|anymore|any more|since .*|for (?:the last|over|almost|about|a|two|three|\d).*)$/iu,
      '',
    )
    .replace(/[\s.'"“”’]+$/u, '')
    .trim();
  return kept === '' || nothingOfItsOwn.test(kept) ? null : kept;
}
