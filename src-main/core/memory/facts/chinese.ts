import type { Pattern } from './english.ts';
import type { Slot } from './slots.ts';

const before = '(?:^|[，,；;：:、\\s]|(?:对了|其实|因为|而且|但是|不过|另外|顺便说一下|你好|大家好))';
const when = '(?:现在|目前|最近|今年|去年|刚刚?|已经|一直|还|其实|真的|也|都|从小|平时|一般)*';
const rest = '(?<value>[^，,。；;：:！!？?（）()]{1,40}?)';
const end = '(?:了|啦|的|呢|哦|啊|呀|哈|吧)*(?=$|[，,。；;：:！!（）()\\s])';

const relation =
  '老公|丈夫|先生|老婆|妻子|太太|爱人|对象|女朋友|男朋友|女友|男友|未婚妻|未婚夫|儿子|女儿|孩子|哥哥|弟弟|姐姐|妹妹|爸爸|妈妈|父亲|母亲|狗|狗狗|猫|猫咪|老板|领导|经理|医生|牙医|老师|班主任|房东|律师|会计';
const attribute =
  '血型|鞋码|衣服尺码|车牌号?|护照号码?|工号|会员号|客户号|学号|电话号?码?|手机号?码?|号码|邮箱(?:地址)?|电子邮箱|地址|住址|家庭住址|生日|职业|工作|老家|家乡|学校';
const jobs =
  '老师|教师|工程师|程序员|开发|设计师|护士|医生|律师|学生|研究生|大学生|会计|经理|厨师|作家|画家|音乐人|摄影师|研究员|科学家|建筑师|电工|司机|飞行员|农民|记者|翻译|顾问|分析师|药剂师|公务员|销售|客服|产品经理|自由职业者';

const plainAttributes: readonly (readonly [RegExp, Slot])[] = [
  [/^(?:电话|手机|号码)/u, 'phone'],
  [/邮箱/u, 'email'],
  [/址/u, 'address'],
  [/^生日/u, 'birthday'],
  [/^(?:职业|工作)/u, 'job'],
  [/^(?:老家|家乡)/u, 'hometown'],
  [/^学校/u, 'school'],
];

function slotOfAttribute({ attribute: name = '', value = '' }: Record<string, string>): Slot | null {
  const slot = plainAttributes.find(([pattern]) => pattern.test(name))?.[1];
  if (slot === 'phone' && !/\d{4}/.test(value)) return null;
  if (slot === 'email' && !value.includes('@')) return null;
  return slot ?? `own ${name}`;
}

const slotOfRelation = ({ relation: whose = '' }: Record<string, string>): Slot => `name of ${whose}`;

export const chinese: readonly Pattern[] = [
  {
    pattern: new RegExp(
      before +
        '(?:' +
        '(?:我叫|我的?名字(?:是|叫)|(?:你们?|大家)?(?:可以)?(?:叫|喊)我)' +
        ')' +
        '(?<value>(?![你他她它我])[\\p{L}·]{1,12}?)' +
        end,
      'u',
    ),
    slot: 'name',
  },
  {
    pattern: new RegExp(before + '(?:' + '我的?生日(?:是|在)|我(?:是)?出生(?:在|于)(?=\\d)' + ')' + rest + end, 'u'),
    slot: 'birthday',
  },
  { pattern: new RegExp(before + '(?:' + `我${when}(?:住|定居)(?:在|到)` + ')' + rest + end, 'u'), slot: 'home' },
  {
    pattern: new RegExp(
      before + '(?:' + `(?:我们?)${when}(?:从[^，。]{1,12})?(?:搬家?|搬回|搬去)(?:到|去|回|来)?了?` + ')' + rest + end,
      'u',
    ),
    slot: 'home',
  },
  {
    pattern: new RegExp(before + '(?:' + `我${when}(?:不再?住在?|不住在?|没再住在?)` + ')' + rest + end, 'u'),
    slot: 'home',
    negated: true,
  },
  {
    pattern: new RegExp(before + '(?:' + '我(?:以前|之前|曾经|原来|小时候)住在' + ')' + rest + end, 'u'),
    slot: 'home',
    negated: true,
  },
  {
    pattern: new RegExp(
      before +
        '(?:' +
        '我(?:的)?(?:老家|家乡)(?:是|在)|我(?:是|来自)(?=[\\p{Script=Han}]{1,8}人)' +
        ')' +
        '(?<value>[\\p{L}]{1,12}?)人?' +
        end,
      'u',
    ),
    slot: 'hometown',
  },
  { pattern: new RegExp(before + '(?:' + '我来自' + ')' + rest + end, 'u'), slot: 'hometown' },
  {
    pattern: new RegExp(
      before + '(?:' + `我${when}在` + ')' + '(?<value>[^，,。；;！!？?]{2,20}?)(?:上班|工作|任职|就职)' + end,
      'u',
    ),
    slot: 'employer',
  },
  {
    pattern: new RegExp(before + '(?:' + `我${when}(?:跳槽|入职)(?:到|去)?了?` + ')' + rest + end, 'u'),
    slot: 'employer',
  },
  {
    pattern: new RegExp(
      before + '(?:' + `我${when}是(?:一[名个位]|个|名)?` + ')' + `(?<value>[\\p{Script=Han}]{0,8}?(?:${jobs}))` + end,
      'u',
    ),
    slot: 'job',
  },
  {
    pattern: new RegExp(
      before + '(?:' + `我${when}在` + ')' + '(?<value>[^，,。；;！!？?]{2,20}?)(?:上学|读书|念书|读研|就读)' + end,
      'u',
    ),
    slot: 'school',
  },
  {
    pattern: new RegExp(
      before +
        '(?:' +
        `我${when}(?:很|最|特别|非常|超级?|挺|比较|更)?(?:喜欢(?!的)|爱吃|爱喝|爱看|爱听|爱玩|热爱|偏爱|偏好|钟爱)` +
        ')' +
        rest +
        end,
      'u',
    ),
    slot: 'likes',
  },
  {
    pattern: new RegExp(
      before +
        '(?:' +
        `我${when}(?:很|最|特别|非常|超|挺)?(?:讨厌|反感|不太?喜欢|不再喜欢|不爱吃|不爱喝|不爱|不吃|不喝|不能吃|不能喝|吃不了|受不了|戒了)` +
        ')' +
        rest +
        end,
      'u',
    ),
    slot: 'likes',
    negated: true,
  },
  {
    pattern: new RegExp(
      before + '(?:' + `我${when}对` + ')' + '(?<value>[^，,。；;！!？?不]{1,20}?)(?:严重|有点|有些)?过敏' + end,
      'u',
    ),
    slot: 'allergy',
  },
  {
    pattern: new RegExp(
      before + '(?:' + `我${when}对` + ')' + '(?<value>[^，,。；;！!？?]{1,20}?)不(?:再)?过敏' + end,
      'u',
    ),
    slot: 'allergy',
    negated: true,
  },
  {
    pattern: new RegExp(
      before + '(?:' + `我${when}会(?:说|讲)` + ')' + '(?<value>[\\p{Script=Han}、和]{1,16}?(?:语|话|文))' + end,
      'u',
    ),
    slot: 'language',
  },
  {
    pattern: new RegExp(
      before +
        '(?:' +
        `我(?:家)?(?:的)?(?:小)?(?<relation>${relation})(?:的?名字)?(?:叫做?|是叫|名叫)` +
        ')' +
        '(?<value>[\\p{L}·]{1,12}?)' +
        end,
      'u',
    ),
    slot: slotOfRelation,
  },
  {
    pattern: new RegExp(before + '(?:' + '我最喜欢的(?<kind>[\\p{Script=Han}]{1,6}?)(?:是|叫)' + ')' + rest + end, 'u'),
    slot: ({ kind = '' }) => `favourite ${kind}`,
  },
  {
    pattern: new RegExp(
      before +
        '(?:' +
        `我的?(?:新|现在的?)?(?<attribute>${attribute})(?:(?:改|换)(?:成|为)了?|变成了?|是|：|:|在)\\s*` +
        ')' +
        '(?<value>[^，,。；;！!？?（）()]{1,60}?)' +
        end,
      'u',
    ),
    slot: slotOfAttribute,
  },
];

/** Clauses in which nothing is said of how things are. */
export const chineseNotSo =
  /^(?:如果|要是|假如|万一|除非|是不是|能不能|可不可以|为什么|怎么|什么|谁|哪)|(?:吗|呢|么)\s*$|我(?:想|要|希望|打算|准备|计划|可能|也许|应该|会不会)/u;

const nothingOfItsOwn =
  /^(?:它|这个?|那个?|这样|那样|你们?|他们?|她们?|什么|谁|一下|哪里|哪儿|这里|那里|这边|那边|家|了|的|好的?|坏了|没电了?|打不通|丢了)$/u;

export function chineseValue(value: string): string | null {
  const kept = value
    .replace(/^(?:了|的|一[个位名])/u, '')
    .replace(/(?:了|啦|的|呢|哦|啊|呀|哈|吧)+$/u, '')
    .trim();
  return kept === '' || nothingOfItsOwn.test(kept) ? null : kept;
}
