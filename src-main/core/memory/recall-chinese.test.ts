import { expect, test } from 'vitest';
import { openTestMemory } from './test-memory.ts';

const memories = {
  dentist: '下周四下午三点去口腔医院看牙医，记得带医保卡',
  invoice: '财务部说发票必须在月底之前交，过期不报销',
  office: '新的办公地址是长宁区愚园路 168 号 5 楼',
  coffee: '小林喝咖啡只喝美式，不加糖',
  birthday: '妈妈的生日是农历八月十二，喜欢百合花',
  script: '昨晚用Python写脚本把旧照片按日期分了文件夹',
  server: '服务器的磁盘快满了，先清理 nginx 日志',
  wifi: '会议室的 WiFi 密码贴在投影仪背面',
  contract: '和远航公司的合同十月三十一号到期，续签要提前一个月',
  visa: '日本签证材料：护照、照片、在职证明、银行流水',
  river: '上海市长江隧道周末封路，改走大桥',
  research: '研究生命科学的表姐下个月去北京读博士',
  phone: '王师傅修空调，电话 13900001111，周末也上门',
  allergy: '小雨对花生过敏，聚餐点菜要注意',
  meeting: '每周一上午十点开会，轮流做记录',
  rent: '房租每月五号交，押一付三，房东姓周',
  train: '国庆回家的高铁票订好了，G102 次，二等座',
  book: '图书馆的《活着》还没还，月底到期',
  gym: '健身卡还剩十二次，教练建议先练核心力量',
  cat: '猫的疫苗打完第三针了，明年三月复查',
  car: '车险在人保买的，保单号 PDAA2024-0715',
  recipe: '红烧肉要先焯水，冰糖炒糖色，小火炖一个小时',
  iphone: '想换 iPhone15，旧手机电池只剩 78% 了',
  password: '路由器后台地址 192.168.31.1，管理员账号是 admin',
  api: '支付接口改成 REST API v2.1，回调地址也要换',
  bug: '登录页在 Safari 上白屏，是 WebSocket 握手失败',
  school: '儿子的家长会定在十一月八号晚上七点，在三年级二班教室',
  doctor: '体检报告说血脂偏高，医生建议少吃油炸食品',
  gift: '老李退休，大家凑钱送他一套茶具',
  movie: '周末看了流浪地球，特效很震撼',
  tax: '个税年度汇算三月一号开始，记得填房贷利息',
  plant: '阳台的绿萝一周浇一次水就够，别晒太阳',
  budget: '明年的市场预算批了八十万，比今年多两成',
  hiring: '面试了一个做前端的候选人，TypeScript 很熟，期望薪资 25k',
  travel: '云南的行程：大理两天，丽江三天，最后从昆明飞回来',
  delivery: '快递放在小区门口的柜子里，取件码 6-3-2107',
  bank: '招商银行的信用卡账单日是每月十八号',
  kitchen: '厨房水龙头漏水，物业说明天派人来换垫圈',
  language: '女儿报了周六上午的西班牙语课',
  running: '报名了四月的半程马拉松，目标两小时以内',
  fullwidth: '项目代号ＡＢＣ，对外一律叫“青松计划”',
  kana: '东京のホテルは新宿駅の近くに予約した',
  korean: '서울 출장 회의에서 예산을 결정했다',
  emoji: '今天升职了 🎉 晚上请大家吃火锅',
};

type Name = keyof typeof memories;

const queries: [query: string, answer: Name][] = [
  ['牙医', 'dentist'],
  ['看牙要带什么', 'dentist'],
  ['发票什么时候交', 'invoice'],
  ['财务部', 'invoice'],
  ['报销', 'invoice'],
  ['办公地址', 'office'],
  ['办公室搬到哪里了，地址是什么', 'office'],
  ['愚园路168号', 'office'],
  ['咖啡', 'coffee'],
  ['小林喝什么', 'coffee'],
  ['妈妈生日', 'birthday'],
  ['我妈喜欢什么花', 'birthday'],
  ['python 脚本', 'script'],
  ['照片整理', 'script'],
  ['磁盘日志', 'server'],
  ['NGINX', 'server'],
  ['wifi密码是多少', 'wifi'],
  ['投影', 'wifi'],
  ['远航的合同哪天到期', 'contract'],
  ['签证需要哪些材料', 'visa'],
  ['长江', 'river'],
  ['市长江隧', 'river'],
  ['生命科学', 'research'],
  ['空调坏了找谁修', 'phone'],
  ['13900001111', 'phone'],
  ['小雨不能吃什么，过敏', 'allergy'],
  ['开会', 'meeting'],
  ['房租几号交', 'rent'],
  ['房东姓什么', 'rent'],
  ['高铁', 'train'],
  ['g102', 'train'],
  ['活着', 'book'],
  ['健身教练怎么说', 'gym'],
  ['猫打疫苗', 'cat'],
  ['PDAA2024-0715', 'car'],
  ['红烧肉怎么做', 'recipe'],
  ['iPhone 15', 'iphone'],
  ['192.168.31.1', 'password'],
  ['api v2.1', 'api'],
  ['websocket 白屏', 'bug'],
  ['家长会', 'school'],
  ['血脂', 'doctor'],
  ['老李退休送什么', 'gift'],
  ['流浪地球', 'movie'],
  ['房贷利息', 'tax'],
  ['绿萝多久浇水', 'plant'],
  ['市场预算', 'budget'],
  ['前端候选人期望薪资', 'hiring'],
  ['丽江', 'travel'],
  ['取件码', 'delivery'],
  ['信用卡账单日', 'bank'],
  ['水龙头', 'kitchen'],
  ['西班牙语', 'language'],
  ['马拉松', 'running'],
  ['ABC 项目', 'fullwidth'],
  ['青松计划', 'fullwidth'],
  ['ホテル', 'kana'],
  ['회의', 'korean'],
  ['🎉', 'emoji'],
  ['花', 'birthday'],
  ['猫', 'cat'],
];

const names = Object.keys(memories) as Name[];
const notes = names.map((name, index) => ({
  id: name,
  content: memories[name],
  created_at: Date.UTC(2024, 5, 1, 8, index),
}));

test('a Chinese question finds the memory that answers it first nearly always, and among the first five always', async () => {
  await using memory = await openTestMemory(notes);

  const places = queries.map(([query, answer]) => ({
    query,
    place: memory.search(query, { k: 10 }).findIndex(({ id }) => id === answer),
  }));

  const beyondFive = places.filter(({ place }) => place < 0 || place >= 5);
  const first = places.filter(({ place }) => place === 0);
  expect(beyondFive).toEqual([]);
  expect(
    first.length / queries.length,
    `not first: ${JSON.stringify(places.filter(({ place }) => place !== 0))}`,
  ).toBeGreaterThanOrEqual(0.95);
});

test('every two characters that stand together in a memory find that memory', async () => {
  await using memory = await openTestMemory(notes);

  const missed: string[] = [];
  for (const name of names) {
    for (const [run] of memories[name].matchAll(/\p{Script=Han}{2,}/gu)) {
      for (let at = 0; at + 2 <= run.length; at++) {
        const word = run.slice(at, at + 2);
        if (!memory.search(word, { k: 100 }).some(({ id }) => id === name)) missed.push(`${word} of ${name}`);
      }
    }
  }

  expect(missed).toEqual([]);
});

test('the end of a month is its last days to whoever remembers', async () => {
  await using memory = await openTestMemory([
    { id: 'ill', content: '今天发烧了，在家休息', created_at: Date.UTC(2024, 2, 28) },
    { id: 'well', content: '今天去跑步了，天气很好', created_at: Date.UTC(2024, 1, 20) },
    { id: 'later', content: '今天加班到很晚', created_at: Date.UTC(2024, 4, 10) },
  ]);

  expect(memory.search('三月底发生了什么')[0]?.id).toBe('ill');
  expect(memory.search('what happened at the end of March')[0]?.id).toBe('ill');
});
