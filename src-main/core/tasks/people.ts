/** Finds who is meant to act or to receive: @names, names called at the start, 由…负责, 发给…. */
export function assigneesOf(sentence: string): string[] {
  const found = new Set<string>();
  for (const match of sentence.matchAll(/@([\p{L}\p{N}_.-]{1,32})/gu))
    if (match[1]) found.add(match[1].replace(/[.-]+$/, ''));
  for (const pattern of PATTERNS) {
    const name = pattern.exec(sentence)?.[1];
    if (name && !NO_NAMES.has(name.toLowerCase())) found.add(name);
  }
  return [...found].filter((name) => name !== '').slice(0, 10);
}

const SURNAMES =
  '王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段钱汤尹黎易常武乔贺赖龚文';
const TITLES = '总|工|哥|姐|老师|经理|主任|医生|律师|师傅|教授|部长|校长|同学';
const HAN_NAME = `[老小阿][${SURNAMES}明红芳强伟丽娟军杰涛燕玲]|[${SURNAMES}](?:${TITLES})|[老小][\\u4e00-\\u9fff](?=[,，:：。!！?？\\s]|$)`;

const PATTERNS: readonly RegExp[] = [
  /^(?:(?:hi|hey|hello|ok|dear)\s+)?([A-Z][a-z]{1,15})\s?[,:–—-]\s/,
  /^([A-Z][a-z]{1,15}) (?=(?:can|could|would|will) you|please\b|to [a-z]+ )/,
  /\b(?:need|want|ask|tell|remind|get|have) ([A-Z][a-z]{1,15}) to\b/,
  /\b(?:assigned to|owner:|assignee:|responsible:)\s*([A-Z][\w-]{1,20})/,
  new RegExp(`^(${HAN_NAME})(?=[,，:：\\s]|请|麻烦|你|帮|记得|明|今|下)`),
  /^([\u4e00-\u9fff]{2,3})[,，:：]\s?(?=请|麻烦|你|帮|记得|能|可以|把|明|今|下|周)/,
  new RegExp(`(?:发|交|转|转交|寄|送|拿|递|报|转发|还|提交|汇报)给(${HAN_NAME})`),
  /由([\u4e00-\u9fffA-Za-z]{1,12}?)(?:负责|来|跟进|处理|完成|牵头|准备)/,
  /(?:让|叫|找|请)([老小阿][\u4e00-\u9fff])(?!孩|朋|心|时|板|师|家)/,
];

const NO_NAMES = new Set(
  'please thanks thank hi hey hello also just note re fw fwd ok okay yes no sure all team guys folks everyone attached however well so then and but finally first second next if when once today tomorrow tonight monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december reminder todo task action update question urgent important there what who how why where which it we you they i can could would will this that 你好 您好 大家 各位 今天 明天 后天 下午 上午 晚上 早上 另外 还有 然后 最后 首先 对了 好的 收到 谢谢 待办 任务 提醒 注意 如果 因为 所以 但是 下周 本周 周末 月底 我 你 他 她 我们 你们'.split(
    ' ',
  ),
);
