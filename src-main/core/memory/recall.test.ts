import { expect, test } from 'vitest';
import { openTestMemory } from './test-memory.ts';

const ids = (hits: { id: string }[]) => hits.map(({ id }) => id);
const day = (month: number, date: number, hour = 9, minute = 0) => Date.UTC(2024, month - 1, date, hour, minute);

test('the memory that holds every word comes first, then those that hold some', async () => {
  await using memory = await openTestMemory([
    { id: 'some', content: 'the printer on the third floor, the old printer' },
    { id: 'other', content: 'toner is ordered from the shop' },
    { id: 'all', content: 'new toner for the printer is in the cupboard' },
    { id: 'none', content: 'lunch at noon' },
  ]);

  const hits = memory.search('printer toner');

  expect(hits[0]).toMatchObject({ id: 'all', score: 1, matched: ['keyword'], terms: ['printer', 'toner'] });
  expect(ids(hits).toSorted()).toEqual(['all', 'other', 'some']);
});

test('English words are found in another form', async () => {
  await using memory = await openTestMemory([{ id: 'a', content: 'She was running two meetings' }]);

  expect(memory.search('run a meeting')[0]?.terms).toEqual(['run', 'meeting']);
});

test('English words are found in a form that shares no stem with them', async () => {
  await using memory = await openTestMemory([
    { id: 'a', content: 'Ann bought two mice' },
    { id: 'b', content: 'Ann sold a cat' },
  ]);

  expect(ids(memory.search('buy a mouse'))).toEqual(['a']);
  expect(ids(memory.search('who sells cats'))).toEqual(['b']);
});

test('another form of a word is found also where the word itself stands everywhere', async () => {
  const everywhere = Array.from({ length: 30 }, (_, index) => ({
    id: `n${index}`,
    content: `buy stamps, list ${index}`,
  }));
  await using memory = await openTestMemory([...everywhere, { id: 'form', content: 'Ann bought a lantern' }]);

  expect(memory.search('where did she buy the lantern')[0]).toMatchObject({ id: 'form', terms: ['bought', 'lantern'] });
  expect(ids(memory.search('buy', { k: 50 }))).toContain('form');
});

test('where all else is equal, who tells of oneself comes before what is told of others', async () => {
  await using memory = await openTestMemory([
    { id: 'told', content: 'We ran the marathon and took pictures', created_at: day(1, 1) },
    { id: 'heard', content: 'They ran the marathon and took pictures', created_at: day(2, 1) },
  ]);

  expect(ids(memory.search('marathon pictures'))).toEqual(['told', 'heard']);
});

test('where an amount is asked for, what holds one comes first', async () => {
  const common = 'chairs were set up in the hall for the evening';
  await using memory = await openTestMemory([
    { id: 'none', content: `many ${common}`, created_at: day(2, 1) },
    { id: 'amount', content: `40 ${common}`, created_at: day(1, 1) },
  ]);

  expect(ids(memory.search('chairs in the hall'))).toEqual(['none', 'amount']);
  expect(ids(memory.search('how many chairs in the hall'))).toEqual(['amount', 'none']);
});

test('a passage in quotation marks is found exactly; where none has it, its words count', async () => {
  await using memory = await openTestMemory([
    { id: 'exact', content: 'We rented a red car in Lisbon' },
    { id: 'apart', content: 'The car, a red car-like thing? No: the red scar' },
    { id: 'loose', content: 'A car that is red' },
  ]);

  expect(ids(memory.search('"rented a red car"'))).toEqual(['exact']);
  expect(ids(memory.search('"red blue car"')).toSorted()).toEqual(['apart', 'exact', 'loose']);
});

test('filters are exact, and what they leave out is never a hit', async () => {
  const content = 'the umbrella is in the hall';
  await using memory = await openTestMemory([
    {
      id: 'ann',
      content,
      subject: 'Ann',
      sender_id: 's1',
      conversation_id: 'c1',
      platform: 'webhook',
      created_at: day(1, 1),
    },
    {
      id: 'bob',
      content,
      subject: 'Bob',
      sender_id: 's2',
      conversation_id: 'c2',
      platform: 'chat',
      created_at: day(2, 1),
    },
    {
      id: 'anna',
      content,
      subject: 'Anna',
      sender_id: 'S1',
      conversation_id: 'c11',
      platform: 'web',
      created_at: day(3, 1),
    },
  ]);
  const found = (more: object) => ids(memory.search('umbrella', more)).toSorted();

  expect(found({})).toEqual(['ann', 'anna', 'bob']);
  expect(found({ filter: { subject: 'Ann' } })).toEqual(['ann']);
  expect(found({ filter: { sender_id: 's1' } })).toEqual(['ann']);
  expect(found({ filter: { conversation_id: 'c1' } })).toEqual(['ann']);
  expect(found({ filter: { platform: 'chat' } })).toEqual(['bob']);
  expect(found({ filter: { subject: 'Ann', platform: 'chat' } })).toEqual([]);
  expect(found({ from: '2024-01-15T00:00:00Z', to: '2024-02-15T00:00:00Z' })).toEqual(['bob']);
});

test('a time in the question lifts what was said then, without asking for its words', async () => {
  await using memory = await openTestMemory([
    { id: 'old', content: '项目会议：讨论预算', created_at: day(3, 5) },
    { id: 'lastWeek', content: '项目会议：讨论招聘', created_at: day(6, 19) },
    { id: 'new', content: '项目会议：讨论搬家', created_at: day(6, 27) },
  ]);

  const hits = memory.search('上周的项目会议', { now: day(6, 26) });

  expect(hits[0]).toMatchObject({ id: 'lastWeek', matched: ['keyword', 'time'] });
  expect(hits[0]?.terms).not.toContain('上周');
  expect(hits.find(({ id }) => id === 'old')?.matched).toEqual(['keyword']);
});

test('a question of time alone answers what was said then, the latest first', async () => {
  await using memory = await openTestMemory([
    { id: 'before', content: 'watered the plants', created_at: day(6, 23) },
    { id: 'morning', content: 'paid the rent', created_at: day(6, 25, 8) },
    { id: 'evening', content: 'cooked dumplings', created_at: day(6, 25, 19) },
  ]);

  const hits = memory.search('what did we do yesterday?', { now: day(6, 26) });

  expect(ids(hits.filter(({ matched }) => matched.includes('time')))).toEqual(['evening', 'morning']);
});

test('the zone of the question decides where its days begin', async () => {
  await using memory = await openTestMemory([
    { id: 'a', content: 'tea with Lin', created_at: Date.UTC(2024, 5, 24, 17) },
  ]);
  const matched = (timezone: string) => memory.search('tea yesterday', { now: day(6, 26), timezone })[0]?.matched;

  expect(matched('Asia/Shanghai')).toEqual(['keyword', 'time']);
  expect(matched('UTC')).toEqual(['keyword']);
});

test('a date looks back: in June, "May 3" is the one that was', async () => {
  await using memory = await openTestMemory([
    { id: 'then', content: 'dinner at the harbour', created_at: day(5, 3) },
    { id: 'now', content: 'dinner at home', created_at: day(6, 20) },
  ]);

  expect(memory.search('dinner on May 3')[0]?.id).toBe('then');
});

test('a plan that names its day is found by that day, whenever it was written', async () => {
  await using memory = await openTestMemory([
    { id: 'plan', content: '9月3号去医院体检', created_at: day(2, 1) },
    { id: 'noise', content: '今天去买菜', created_at: day(2, 2) },
  ]);

  expect(memory.search('9月3号有什么安排')[0]?.id).toBe('plan');
});

test('when a person is named, what that person said comes first', async () => {
  await using memory = await openTestMemory([
    { id: 'bob', content: 'My favourite season is winter', sender_id: 'Bob' },
    { id: 'ann', content: 'My favourite season is autumn', sender_id: 'Ann Li' },
    { id: 'zh', content: '我最喜欢的季节是春天', sender_id: '王小明' },
    { id: 'zh2', content: '我最喜欢的季节是夏天', sender_id: '李雷' },
  ]);

  expect(memory.search("What is Ann's favourite season?")[0]?.id).toBe('ann');
  expect(memory.search('what is the favourite season of bob')[0]?.id).toBe('bob');
  expect(memory.search('王小明喜欢什么季节')[0]?.id).toBe('zh');
  expect(memory.search('李雷喜欢什么季节')[0]?.id).toBe('zh2');
});

test('asking only what a person said answers with what that person said', async () => {
  await using memory = await openTestMemory([
    { id: 'a', content: '明年搬到杭州', sender_id: '张伟' },
    { id: 'b', content: '楼下新开了面馆', sender_id: '李雷' },
  ]);

  expect(ids(memory.search('张伟说了什么'))).toEqual(['a']);
});

test('an answer without a word of the question is found next to the question that was asked', async () => {
  const turn = (id: string, minute: number, sender_id: string, content: string, conversation_id = 'c') => ({
    id,
    content,
    sender_id,
    conversation_id,
    created_at: day(5, 1, 9, minute),
  });
  await using memory = await openTestMemory([
    turn('q', 1, 'Ann', 'Which instrument do you play these days?'),
    turn('elsewhere', 1, 'Eve', 'Good morning everyone', 'other'),
    turn('a', 2, 'Bob', 'The cello, badly'),
    turn('later', 59, 'Bob', 'Let us meet at six'),
  ]);

  const hits = memory.search('instrument play');

  expect(ids(hits).slice(0, 2).toSorted()).toEqual(['a', 'q']);
  expect(ids(hits)).not.toContain('elsewhere');
  expect(hits.find(({ id }) => id === 'a')?.terms).toEqual([]);
});

test('a question is not its own answer', async () => {
  await using memory = await openTestMemory([
    { id: 'same', content: '牙医 预约是什么时候？', message_id: 'm0', kind: 'message' },
    { id: 'working', content: '那个牙医的预约改到什么时候了呢', message_id: 'm1', kind: 'message' },
    { id: 'asked', content: '牙医的预约是哪天', message_id: 'm2', kind: 'message' },
    { id: 'answer', content: '周四三点去看牙医，在二楼', message_id: 'm3', kind: 'message' },
  ]);

  const hits = memory.search('牙医预约是什么时候', { exclude_message_id: 'm1' });

  expect(hits[0]?.id).toBe('answer');
  expect(ids(hits)).not.toContain('same');
  expect(ids(hits)).not.toContain('working');
});

test('among equals the later one comes first, and "latest" prefers it over a better match', async () => {
  await using memory = await openTestMemory([
    { id: 'late', content: 'blood pressure 120', created_at: day(6, 1) },
    { id: 'early', content: 'blood pressure 130', created_at: day(1, 1) },
    { id: 'middle', content: 'blood pressure 125, blood pressure high', created_at: day(3, 1) },
  ]);

  expect(ids(memory.search('pressure 1')).indexOf('late')).toBeLessThan(
    ids(memory.search('pressure 1')).indexOf('early'),
  );
  expect(memory.search('latest blood pressure')[0]?.id).toBe('late');
});

test('a forgotten memory is no hit, and no neighbour either', async () => {
  await using memory = await openTestMemory([
    { id: 'a', content: 'the spare key is under the pot', conversation_id: 'c' },
    { id: 'b', content: 'thank you', conversation_id: 'c' },
  ]);
  await memory.store.call('memories.forget', { id: 'b', now: 1 });

  expect(ids(memory.search('spare key'))).toEqual(['a']);
});

test('at most k hits, whatever the number of memories that match', async () => {
  await using memory = await openTestMemory(
    Array.from({ length: 3_000 }, (_, index) => ({ id: `m${index}`, content: `coffee number ${index}` })),
  );

  expect(memory.search('coffee', { k: 100 })).toHaveLength(100);
  expect(memory.search('2777 coffee', { k: 1 })[0]?.id).toBe('m2777');
});

test('whatever is typed, a search answers', async () => {
  await using memory = await openTestMemory([{ id: 'a', content: 'coffee' }]);
  const odd = [
    '"',
    '"""',
    "'; DROP TABLE memories; --",
    'a AND',
    'NEAR(',
    '*',
    '🎉',
    '(((',
    '\u0000x',
    '明',
    'the',
    '下午',
    '9:00',
    '“',
    'x'.repeat(2000),
  ];

  for (const query of odd) expect(memory.search(query)).toBeInstanceOf(Array);
});

test('asking only what a person said gives the latest of that person, within the time that is named', async () => {
  await using memory = await openTestMemory([
    { id: 'old', content: 'The roof needs tiles', sender_id: 'Ana', created_at: day(6, 1) },
    { id: 'new', content: 'Lunch is at noon', sender_id: 'Ana', created_at: day(6, 29) },
    { id: 'about', content: 'I told Ana what they say', sender_id: 'Bob', created_at: day(6, 29) },
  ]);

  expect(ids(memory.search('What did Ana say?'))).toEqual(['new', 'old']);
  expect(ids(memory.search('What did Ana say yesterday?', { now: day(6, 30) }))).toEqual(['new']);
  expect(ids(memory.search('What did Ana say?', { k: 1 }))).toEqual(['new']);
  expect(ids(memory.search('What did Ana say?', { to: '2024-06-02T00:00:00Z' }))).toEqual(['old']);
});

test('a text is found by its own words, but a question is not its own answer', async () => {
  await using memory = await openTestMemory([
    { id: 'told', content: 'The spare key is in the blue box' },
    { id: 'asked', content: 'Where is the spare key?' },
  ]);

  expect(ids(memory.search('the spare key is in the blue box'))[0]).toBe('told');
  expect(ids(memory.search('where is the spare key'))).toEqual(['told']);
});
