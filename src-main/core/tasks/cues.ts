import { foldUnits } from '../language/index.ts';
import { ACTION_VERBS } from './verbs.ts';

/** Why a sentence may or may not ask for something. Weights are log odds; the strongest cue counts in full. */
export interface Cue {
  rule: string;
  weight: number;
  /** Where the thing to do begins within the sentence, when the cue shows it. */
  action: number | null;
  /** Where the cue itself begins. */
  at: number;
}

interface CueRule {
  rule: string;
  weight: number;
  pattern: RegExp;
  /** The thing to do begins where the match ends. */
  leads?: boolean;
  /** Counts only before a known verb. */
  beforeVerb?: boolean;
}

const ENGLISH: readonly CueRule[] = [
  {
    rule: 'remind',
    weight: 3.4,
    pattern:
      /\b(?:remind (?:me|us|him|her|them|everyone|my \w+)\b(?: to\b| (?:about|of|that)\b(?: (?:my|the|an?|our)\b)?)?|(?:alert|notify|wake) me\b(?: (?:to|about|of|that)\b)?|remember to\b|(?:do not|don'?t|dont|never) (?:let (?:me|us) )?forget(?: (?:to|about|that)\b)?|note to self:?)/i,
    leads: true,
  },
  {
    rule: 'reminder',
    weight: 3.2,
    pattern:
      /\b(?:set|make|create|add|place|put|schedule|start|give|send|need|want|leave|have|insert|new|get|do)\b[^.?!]{0,30}?\b(?:reminder|reminders|alarm|alert|note)\b/i,
  },
  { rule: 'reminder', weight: 1.6, pattern: /^(?:a |my |new )?reminder\b/i },
  { rule: 'action item', weight: 3, pattern: /^(?:to-?do|action(?: item)?|task|ai)\s*[:：-]\s*/i, leads: true },
  { rule: 'make sure', weight: 1.6, pattern: /\b(?:make|be) sure (?:to|(?:that )?(?:you|we)|that)\b/i, leads: true },
  {
    rule: 'please',
    weight: 2.3,
    pattern:
      /\b(?:please|pls|plz|kindly)\b,? (?:also |just |do |go ahead and |feel free to |try to |be sure to )?(?!note\b|find (?:attached|enclosed|below)|see (?:attached|below)|be (?:advised|aware))/i,
    leads: true,
  },
  { rule: 'please', weight: 1.3, pattern: /\bplease[.!?]*$/i },
  {
    rule: 'can you',
    weight: 2.3,
    pattern:
      /\b(?:can|could|would|will|won'?t|may|might) (?:you|u|someone|somebody|anyone|you guys|one of you)(?: all| both| guys)?(?:,)? (?:please |pls |kindly |just |also |possibly |maybe |at least |be able to |be so kind as to |be kind enough to )*(?!hear\b|see\b|believe\b|imagine\b|like\b|be\b|guess\b|feel\b|tell (?:me )?(?:what|how|when|why|where)\b)/i,
    leads: true,
  },
  { rule: 'would you mind', weight: 2.5, pattern: /\b(?:would|do) you mind (?:if (?:i|we) )?/i, leads: true },
  {
    rule: 'can we',
    weight: 1.5,
    pattern: /\b(?:can|could|shall|should|may|might) (?:we|i)(?: please| also| all| just)? /i,
    leads: true,
  },
  {
    rule: 'why not',
    weight: 1.3,
    pattern:
      /\b(?:why don'?t (?:you|we)|how about we|what if we|do you want to|would you like to|are you (?:able|available|free|willing) to) /i,
    leads: true,
  },
  { rule: 'let me know', weight: 2.4, pattern: /\b(?:let|lets) (?:me|us|him|her|them|[A-Z][a-z]+) (?:know|have)\b/i },
  {
    rule: "let's",
    weight: 1.8,
    pattern: /\b(?:let'?s|let us)(?: all| also| try to| please| just| go ahead and)? (?!see\b|say\b|face\b)/i,
    leads: true,
  },
  {
    rule: 'need you to',
    weight: 2.4,
    pattern:
      /\b(?:need|want|like|ask|asking|expect|require) (?:you|u|someone|somebody|everyone|him|her|them|[A-Z][a-z]+) to /i,
    leads: true,
  },
  {
    rule: 'obligation',
    weight: 1.5,
    pattern:
      /\b(?:i|we|you|u|i'?ll|we'?ll|you'?ll)(?: all| both| guys| still| also| really| just| will| do)? (?:need to|have to|has to|must|gotta|got to|'?ve got to|ought to|are to|should(?! be able| have)|better) /i,
    leads: true,
  },
  { rule: 'obligation', weight: 1.2, pattern: /\bneeds? (?:to be|your|an? )/i },
  {
    rule: 'wish',
    weight: 1,
    pattern:
      /\b(?:i'?d|i would|we'?d|we would)(?: really| also| very much| just)? (?:like|love|want|prefer) (?:for you )?to (?:be able to )?/i,
    leads: true,
  },
  { rule: 'wish', weight: 0.7, pattern: /\b(?:i|we) (?:really |also |still |just )?(?:need|want|hope|wish)\b/i },
  {
    rule: 'appreciate',
    weight: 2,
    pattern:
      /\b(?:(?:i|we)(?:'d| would)?(?: really| greatly| very much)? appreciate|(?:would|will|'d) be (?:great|good|nice|helpful|appreciated|grateful|wonderful|useful) (?:if|to)|grateful if|(?:much|greatly) appreciated)\b/i,
  },
  {
    rule: 'wonder',
    weight: 1.7,
    pattern:
      /\b(?:was|am|were|'m) wondering (?:if|whether)|\b(?:any chance|is it possible|would it be possible|is there any way)\b/i,
  },
  {
    rule: 'do you know',
    weight: 0.9,
    pattern: /^(?:[A-Z][a-z]+,? )?(?:do|did|have|are) you (?:know|have|get|had|heard|ok|okay|guys)\b/i,
  },
  {
    rule: 'respond',
    weight: 1.9,
    pattern:
      /\b(?:get back to (?:me|us)|give (?:me|us) a (?:call|ring|shout)|rsvp|call me|email me|contact (?:me|us)|reply to|feel free to|don'?t hesitate)\b/i,
  },
  {
    rule: 'your view',
    weight: 1.2,
    pattern:
      /\b(?:what do you think|your (?:thoughts|comments|input|feedback|help|approval)|thoughts\?|comments\?|any (?:ideas|comments|thoughts|questions))\b/i,
  },
  {
    rule: 'assigned',
    weight: 2.2,
    pattern: /^@?[A-Z][\w-]{1,20}(?: and [A-Z]\w+)? to (?=[a-z])/,
    leads: true,
    beforeVerb: true,
  },
  { rule: 'due', weight: 1.8, pattern: /\b(?:is|are) due\b|\bdue (?:on|by)\b|\bdeadline\b|\bdue date\b/i },
  {
    rule: 'commitment',
    weight: 0.6,
    pattern:
      /\b(?:i'?ll|i will|i am going to|i'?m going to|we'?ll|we will|i promise to) (?!be\b|have\b|never\b|not\b)/i,
    leads: true,
  },
  {
    rule: 'when you can',
    weight: 1.4,
    pattern: /\b(?:when|whenever|if|as soon as) you (?:get|have|can|are able|could)\b/i,
  },
  {
    rule: 'follow up',
    weight: 1.1,
    pattern: /\b(?:follow(?:ing)? up|get together|set up a (?:time|meeting|call)|meet (?:with|up)|to discuss)\b/i,
  },
];

const ENGLISH_AGAINST: readonly CueRule[] = [
  {
    rule: 'circular',
    weight: -1.6,
    pattern:
      /\b(?:unsubscribe|newsletter|address book|(?:these|our|future|further) e-?mails?|e-?mail preferences|free trial|special offer|gift card|privacy policy|app ?store|terms of (?:use|service)|if you (?:no longer|do not|don'?t) (?:wish|want)|customer service|sweepstakes|promo(?:tion)?s? codes?)\b/i,
  },
  {
    rule: 'no need',
    weight: -4,
    pattern:
      /\b(?:no need|(?:do|does|did)(?: not|n'?t) (?:need|have) to|never ?mind|don'?t worry|don'?t bother|needn'?t|no longer (?:need|have)|not necessary|forget (?:it|about it)\b)/i,
  },
  {
    rule: 'prohibition',
    weight: -2.5,
    pattern: /^(?:please |pls )?(?:do not|don'?t|dont|never) (?!(?:let \w+ )?(?:forget|hesitate))/i,
  },
  {
    rule: 'done',
    weight: -3,
    pattern:
      /\b(?:already (?:did|done|sent|finished|bought|called|paid|taken)|has been (?:done|sent|fixed|resolved|completed)|i (?:just )?(?:sent|finished|called|bought|did|paid|forwarded|talked|spoke|met|went|was|had|got|asked|told|received|saw))\b/i,
  },
  {
    rule: 'thanks',
    weight: -1.4,
    pattern:
      /^(?:thanks|thank you|thx|congrat|great|sounds good|ok\b|okay\b|welcome|hope you|happy|good luck|have a (?:great|good|nice))/i,
  },
  {
    rule: 'fact',
    weight: -2.6,
    pattern:
      /^(?:hey |hi |ok |so |and |but )*(?:what(?:'?s| is| are| was| will| would| were| time| does| did)|how (?:much|many|long|far|old|hot|cold|warm|is|are|was|does|did|big|tall)|who(?:'?s| is| was| won)|where(?:'?s| is| are| was)|when(?:'?s| is| was| does| did| will|ever is)|why (?:is|are|was|did|does)|which|is (?:it|there|the|this|that)|are there|will (?:it|there|the)|was (?:it|there)|does (?:it|the)|do i\b|did (?:it|the|you)|should i\b|am i\b|has (?:it|the))/i,
  },
  {
    rule: 'weather',
    weight: -4.5,
    pattern:
      /\b(?:weather|forecast|temperature|celsius|fahrenheit|rain(?:ing|y|s)?|snow(?:ing|y)?|humid(?:ity)?|sun(?:ny|rise|set)|umbrella|degrees|windy?|tornado|hurricane|storm|hail|cloudy)\b/i,
  },
  {
    rule: 'order to the assistant',
    weight: -4,
    pattern:
      /^(?:(?:please|hey|ok|can you|could you|will you|would you|i want you to|i want to|i need to|i'?d like to|let me) ?,? )*(?:play|pause|resume|skip|shuffle|turn (?:on|off|up|down|the)|volume|switch (?:on|off)|open (?:the )?(?:app|spotify|youtube|camera|browser|settings|maps?|music)|show|display|list|read (?:me )?(?:my|the|out|all)|tell me (?:the|what|how|when|about|a|if|more|my)|give me (?:the|my|a) (?:weather|forecast|news|list|joke|time)|search(?: for| the web)?|google|look up|translate|navigate|directions|define|calculate|convert|what|cancel|delete|remove|clear|erase|dismiss|silence|snooze|stop|disable|edit|update|change|see|view|check|go over|review|get rid of) (?:(?!to )[^.?!]{0,40}?\b)?(?:reminders?|alarms?|songs?|music|playlist|album|radio|volume|lights?|weather|forecast|news|joke|time|timer|tv|podcast|route|traffic)\b/i,
  },
  {
    rule: 'order to the assistant',
    weight: -4,
    pattern:
      /^(?:(?:please|hey|ok|can you|could you) ?,? )*(?:play|pause|resume|skip|shuffle|navigate|translate|google)\b/i,
  },
  {
    rule: 'asks for reminders',
    weight: -5,
    pattern:
      /\b(?:(?:show|list|read|see|view|what|which|any|how many|cancel|delete|remove|clear|erase|do i have|are there|tell me|get rid of|turn off|disable|stop|have i|did i|is there)\b[^.?!]{0,40}\breminders?\b|reminders? (?:do i|have i|did i|are|is) )/i,
  },
];

const CHINESE: readonly CueRule[] = [
  {
    rule: '提醒',
    weight: 3.4,
    pattern: /(?:提醒|叫)(?:我|我们|一下|他|她|大家)(?:一下|一声)?(?:要|来|得|记得)?/,
    leads: true,
  },
  {
    rule: '记得',
    weight: 3,
    pattern: /(?:记得|记着|别忘了?|不要忘记?了?|勿忘|可别忘了?|切记)要?/,
    leads: true,
  },
  {
    rule: '请',
    weight: 2.6,
    pattern:
      /(?:^|[,，。;；:：\s]|你|您|大家|各位|@\S{1,20}\s?|[\u4e00-\u9fff]{2,4})(?:请(?!假|客|教|问|求|柬|帖|示|坐|勿|回|安)(?:你|您|大家|各位|你们|于|在|尽快|尽早|帮忙|帮我|务必)*)/,
    leads: true,
  },
  {
    rule: '麻烦',
    weight: 2.8,
    pattern: /(?:麻烦|劳烦|烦请|有劳|劳驾|拜托|辛苦(?!了))(?:你|您|各位|大家|你们|一下)?(?:帮我|帮忙|帮)?/,
    leads: true,
  },
  { rule: '帮', weight: 2.7, pattern: /(?:帮我|帮忙|帮咱们?|给我|替我|帮着|帮下忙)/, leads: true },
  {
    rule: '能否',
    weight: 2.2,
    pattern:
      /(?:能不能|可不可以|能否|可否|是否可以|是否能|方便(?!面|店)|可以|能)(?:请|麻烦)?(?:你|您)?(?:帮我|帮忙|帮)?(?=[^吗嘛么?？。]{2,40}[吗嘛么?？])/,
    leads: true,
  },
  {
    rule: '需要',
    weight: 1.9,
    pattern:
      /(?:需要(?:你|您|我们?|大家)?(?!的)|务必|必须|应当|一定要|得(?=去|把|在|给|先|尽快)|该(?=交|去|给|买|打|发|做|写|还|付|缴|换|洗|订|准备)|抓紧|尽快|赶紧|赶快|尽早)/,
    leads: true,
  },
  {
    rule: '要',
    weight: 1.6,
    pattern:
      /(?:^|[,，\s]|我|我们|咱们?|你|您|你们|大家|天|午|上|点|号|日|周|月|前|[一二三四五六末]|还|都|别忘了)要(?!求|是|不|紧|么|的|点|死|命)/,
    leads: true,
  },
  {
    rule: '把',
    weight: 2.6,
    pattern:
      /(?:^|[,，。\s]|前|天|午|上|点|号|日|内|后|你|您|[一二三四五六末])(?=把[^,，。]{1,30}?(?:给|到|好|完|掉|一下|上|出|回|成|下|了?一遍|发|交|送|寄|改|写|做|修|洗|准备|整理|更新|提交|处理|确认|报|付|缴|还|买|订|搬|扔|拿|带|关|装|拆|取|接|删|填|签|打|传|归|清|擦|收|存|挂|贴|查|讲))/,
    leads: true,
  },
  { rule: '负责', weight: 2.6, pattern: /由[^,，。]{1,12}?(?:负责|来|跟进|处理|完成|牵头|准备)/ },
  { rule: '待办', weight: 3, pattern: /^(?:待办|任务|行动项|todo|TODO|to-?do)\s*[:：-]\s*/i, leads: true },
  { rule: '截止', weight: 1.9, pattern: /(?:截止|截至|到期|deadline|最晚|最迟)/i },
  { rule: '确认一下', weight: 1.4, pattern: /(?:一下|下)(?:[。.!！吧哈哦啊~～]|$|[,，])/ },
  {
    rule: '商量',
    weight: 1.2,
    pattern: /(?:咱们|我们|大家|一起)[^,，。]{0,20}?(?:吧|开会|讨论|碰一下|对一下|商量|过一下)/,
  },
  { rule: '吧', weight: 0.9, pattern: /吧[。.!！~～]?$/ },
  { rule: '打算', weight: 0.6, pattern: /(?:我|我们)(?:打算|准备|计划|会|来|去)(?=[\u4e00-\u9fff])/, leads: true },
];

/** Verbs that open or carry a task in Chinese, beside a time. */
const CHINESE_VERB =
  /去(?!年|世|哪|除|掉|了)[\u4e00-\u9fff]|(?:^|[,，\s]|到|来|要|给[^,，。]{1,6}|和[^,，。]{1,8}|跟[^,，。]{1,8}|陪[^,，。]{1,6}|向[^,，。]{1,8}|一起)(?:交|发|买|打|开|写|做|改|送|寄|取|拿|接|还|付|缴|订|预订|预约|约|参加|出席|准备|整理|提交|完成|更新|检查|确认|联系|通知|安排|回复|回|处理|跟进|修|洗|换|看|读|学|背|复习|练|体检|面试|考试|拜访|拜会|见|聚|吃药|吃饭|上课|开会|出差|搬|打扫|收拾|浇|喂|遛|加油|充值|续费|报名|报销|汇报|报告|打印|签|审|审核|测试|部署|上线|发布|下单|退|领|跑步|健身|理发|讨论|沟通|对接|培训|面谈|演示|复诊|值班|面基|碰|办|申请|下载|上传|备份|翻译|邀请|采购|盘点|催|核对|制定|起草|总结|归档|清理|登记|注册|交接|陪)/;

const CHINESE_AGAINST: readonly CueRule[] = [
  { rule: '不用', weight: -4.5, pattern: /(?:不用|不必|无需|无须|用不着|不需要|没必要|甭|算了|取消了|不要了|先不)/ },
  { rule: '别', weight: -3, pattern: /(?:^|[,，你您])(?:请)?(?:别|不要|勿|请勿)(?!忘)/ },
  {
    rule: '已做',
    weight: -3.6,
    pattern:
      /(?:已经|已(?=[\u4e00-\u9fff])|刚刚|刚才|刚(?=[\u4e00-\u9fff])|(?<![该要])(?:搞定|完成|做完|弄好|发|交|买|写|处理|解决|修|订|办|打|看|吃|去|说|见|开|还|寄|收到|结束)(?:过|好|完)?了(?!吗|嘛|么|没|吧)|没(?!有?(?:问题|空))|曾|过了)/,
  },
  {
    rule: '问事实',
    weight: -3,
    pattern:
      /(?:什么|怎么样|怎么(?!办)|为什么|为啥|谁(?!来负责)|哪(?:里|儿|个|些|天)?|几点(?!前)|几号|多少|多久|多远|是不是|有没有|吗[?？]?$|呢[?？]?$|如何)/,
  },
  { rule: '天气', weight: -4.5, pattern: /(?:天气|下雨|气温|温度|下雪|几度|湿度|刮风|空气质量)/ },
  {
    rule: '给助手的命令',
    weight: -4.5,
    pattern:
      /^(?:请|帮我|麻烦|给我|小[\u4e00-\u9fff]{1,2}[,，]?|你好[,，]?|嘿[,，]?)*(?:播放|放一?首|放点|来一?首|打开|关闭|关掉|关上|开启|暂停|继续播放|停止|调高|调低|调大|调小|音量|导航|翻译(?:一下)?[^,，]{0,20}$|搜索|搜一下|查一下(?:天气|新闻|股价|路况|快递|时间)|讲个|唱|说个|显示|列出|查看|看看?我?的?(?:日程|提醒|待办|闹钟)|删除|删掉|取消)/,
  },
  {
    rule: '问提醒',
    weight: -4,
    pattern: /(?:取消|删除|删掉|清空|关闭|关掉|查看|显示|列出|有哪些|有什么)[^,，。]{0,15}(?:提醒|闹钟|待办|日程)/,
  },
  { rule: '谢', weight: -1.4, pattern: /^(?:谢谢|多谢|感谢|好的|收到|嗯|哈哈|辛苦了|没事|没问题|早安|晚安|恭喜|祝)/ },
];

/** All cues of a sentence, strongest first; `times` are the places within it that name a date or a time. */
export function cuesOf(original: string, times: readonly { start: number; end: number }[]): Cue[] {
  const chinese = /[\u4e00-\u9fff]/.test(original);
  const sentence = chinese ? foldUnits(original) : original;
  const rules = chinese ? [...CHINESE, ...CHINESE_AGAINST, ...ENGLISH.slice(0, 6)] : [...ENGLISH, ...ENGLISH_AGAINST];
  const cues: Cue[] = [];
  for (const { rule, weight, pattern, leads, beforeVerb } of rules) {
    const match = pattern.exec(sentence);
    if (match && (!beforeVerb || opensWithVerb(sentence.slice(match.index + match[0].length))))
      cues.push({ rule, weight, action: leads ? match.index + match[0].length : null, at: match.index });
  }
  const opened = chinese ? null : imperative(sentence);
  if (opened) cues.push(opened);
  if (chinese && times.length > 0 && CHINESE_VERB.test(withoutTimes(sentence, times)))
    cues.push({ rule: '时间与动作', weight: 1.2, action: null, at: 0 });
  return cues.sort((a, b) => b.weight - a.weight);
}

const opensWithVerb = (text: string): boolean => ACTION_VERBS.has(/^[a-z][a-z-]*/i.exec(text)?.[0].toLowerCase() ?? '');

/** The times become commas, so that what follows them reads like a beginning. */
function withoutTimes(sentence: string, times: readonly { start: number; end: number }[]): string {
  let rest = sentence;
  for (const { start, end } of times) rest = rest.slice(0, start) + ','.repeat(end - start) + rest.slice(end);
  return rest;
}

const OPENERS =
  /^(?:(?:hi|hey|hello|ok|okay|also|and|then|so|just|now|first|second|next|finally|lastly|again|otherwise|meanwhile|therefore|thus|instead|additionally|fyi|btw|all|team|guys|folks|everyone|simply|quickly|always|either|or|to [a-z ]{3,60},|if [^,]{3,120},|when [^,]{3,80},|once [^,]{3,80},|after [^,]{3,80},|before [^,]{3,80},|for [^,]{3,60},|as [^,]{3,60},|in [^,]{3,40},|@[\w.-]{1,32}|[A-Z][a-z]+(?: [A-Z][a-z]+)?(?=\s?[,:–—-]))\s?[,:\-–—]*\s+){0,3}/;
/** Opening words that are as often a noun, an adjective or the start of a statement. */
const UNSURE_OPENERS = new Set([
  'be',
  'see',
  'look',
  'have',
  'work',
  'thank',
  'enjoy',
  'watch',
  'feel',
  'detail',
  'test',
  'report',
  'record',
  'model',
  'state',
  'page',
  'note',
  'hope',
  'issue',
  'present',
  'support',
  'face',
  'back',
  'double',
  'train',
  'walk',
  'view',
  'act',
  'hang',
  'stay',
  'see',
  'think',
  'address',
  'process',
  'document',
  'charge',
  'research',
  'design',
  'fund',
  'access',
  'offer',
  'show',
  'target',
  'water',
  'water',
  'let',
  'serve',
  'do',
  'request',
  'study',
  'plan',
  'can',
  'will',
  'may',
  'recall',
  'load',
  'market',
  'store',
  'list',
  'google',
  'double',
  'spend',
  'wait',
  'limit',
  'expect',
  'mail',
  'email',
  'message',
  'text',
  'file',
  'order',
  'call',
  'sound',
  'link',
  'map',
  'post',
  'sort',
  'copy',
  'visit',
  'change',
  'set',
  'play',
]);

/** A sentence that opens with the base form of a verb: "Send me the file", "Anna, call the bank". */
function imperative(sentence: string): Cue | null {
  const opener = OPENERS.exec(sentence)?.[0] ?? '';
  const rest = sentence.slice(opener.length);
  const word = /^[a-z][a-z-]*/i.exec(rest)?.[0] ?? '';
  const verb = word.toLowerCase();
  if (!ACTION_VERBS.has(verb)) return null;
  const next = /^\S+\s+(\S+)/.exec(rest)?.[1]?.toLowerCase() ?? '';
  const aimed =
    /^(?:me|us|him|her|them|it|the|a|an|my|your|our|his|their|this|that|these|those|all|any|each|some|every|to|with|out|up|in|on|back|off|down|for|at|over|into|from|by|about|if|whether|sure|what|how|one|two|[A-Z]\S*)$/i.test(
      next,
    );
  const weight = UNSURE_OPENERS.has(verb) ? (aimed ? 1.1 : -0.3) : aimed ? 1.7 : 1;
  return { rule: 'imperative', weight, action: opener.length, at: opener.length };
}
