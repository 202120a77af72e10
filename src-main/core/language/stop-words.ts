/**
 * Words that carry no subject of their own: they say that something is asked, not what about. A search leaves them
 * out while another word remains; a query made of nothing else keeps them.
 */
const english = `
a about after again all also am an and any anyone anything are as at be because been before being below between both
but by can could did do does doing done down during each ever few for from further get gets getting got had has have
having he her here hers herself hey him himself his how i if in into is it its itself just me more most much many my
myself no nor not now of off oh ok on once one only or other our ours ourselves out over own please same she should so
some someone something such than that the their theirs them themselves then there these they thing things this those
through to too under until up us very was we were what when where which while who whom whose why will with would yeah
yes you your yours yourself yourselves
don doesn didn isn aren wasn weren hasn haven hadn won wouldn couldn shouldn
remember recall tell know
`;

const chinese = `
的 了 吗 呢 吧 啊 呀 么 嘛 哦 嗯 是 我 你 您 他 她 它 我们 你们 他们 她们 咱们 自己 在 有 和 与 跟 就 也 都 又 还 再 很 太
这 那 这个 那个 这些 那些 这里 那里 这样 那样 什么 怎么 怎样 怎么样 怎 样 哪 哪里 哪儿 哪个 哪些 哪天 哪一 几点 几号 几月 几天 几年 几个 谁 谁的 几 多少
为什么 为何 什么时候 何时 吗 请 请问 帮 帮我 告诉 告诉我 一下 一个 个 把 被 给 对 从 到 让 得 地 着 过 来 去 要 会 能 可以
没 没有 不 不是 是不是 有没有 我的 你的 您的 他的 她的 它的 我们的 你们的 他们的 关于 记得 想 知道 上 下 里 中 叫 说 之 最
`;

const japanese =
  'の は が を に へ と で も や から まで です ます でした ました か ね よ だ た て いる ある この その あの どの 何 いつ どこ だれ 誰';

const stopWords: ReadonlySet<string> = new Set(`${english} ${chinese} ${japanese}`.trim().split(/\s+/));

export const isStopWord = (word: string): boolean => stopWords.has(word);
