import { expect, test } from 'vitest';
import { findSecrets, mask } from './index.ts';

const found = (text: string) => findSecrets(text).map(({ kind, start, end }) => [kind, text.slice(start, end)]);
/** Made of parts, so that nobody who looks for keys takes this file for one that lost them. */
const key = (...parts: string[]) => parts.join('');
const letters = 'aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC2dF4gH6';

test.each([
  ['api_key', 'use this key ', key('sk-', 'proj-', letters), ' please'],
  ['api_key', '', key('sk_', 'live_', letters.slice(0, 24)), ''],
  ['api_key', 'push with ', key('ghp', '_', letters), '.'],
  ['api_key', '部署用 ', key('AKIA', 'IOSFODNN7EXAMPLE'), ' 这个账号'],
  ['api_key', '阿里云：', key('LTAI', letters.slice(0, 20)), ''],
  ['api_key', 'bot ', key('123456789', ':AA', letters.slice(0, 33)), ''],
  ['api_key', 'authorization: Bearer ', letters, ''],
  ['api_key', 'postgres://ana:', 'pa55word', '@db.example:5432/x'],
  ['api_key', 'the api key is ', letters.slice(0, 20), ''],
  ['api_key', '接口密钥是', 'abc12345def', '，别外传'],
  ['card', 'my card ', '4111 1111 1111 1111', ' ends in May'],
  ['card', '卡号：', '6222021234567890128', ''],
  ['card', 'amex ', '3782-822463-10005', ''],
  ['card', '卡 ', '５５００００００００００００００４', ' 有效期'],
  ['id_number', '我的身份证号是', '11010519491231002X', '。'],
  ['id_number', 'id ', '440524188001010014', ''],
  ['password', 'My password is ', 'hunter2', '.'],
  ['password', 'the password for the router is ', 'swordfish', ', note it'],
  ['password', 'password: ', 'Tr0ub4dor&3', ''],
  ['password', 'set the passcode to ', '"48215"'.slice(1, -1), ''],
  ['password', 'PIN is ', '4821', '!'],
  ['password', '家里wifi密码是', 'qwer1234', '，记一下'],
  ['password', '密码：', 'Hunter2!x', ''],
  ['password', '把支付密码改成了 ', '839201', ''],
  ['password', '密码 ', 'abc12345', ''],
])('%s: %s▮%s', (kind, before, secret, after) => {
  expect(found(before + secret + after)).toEqual([[kind, secret]]);
});

test('a private key goes to its end, and to the end of the text where it has none', () => {
  const begin = key('-----BEGIN ', 'OPENSSH PRIVATE KEY-----');
  const end = key('-----END ', 'OPENSSH PRIVATE KEY-----');
  expect(found(`keep ${begin}\nabc\ndef\n${end} safe`)).toEqual([['private_key', `${begin}\nabc\ndef\n${end}`]]);
  expect(found(`keep ${begin}\nabc`)).toEqual([['private_key', `${begin}\nabc`]]);
});

test.each([
  'The password is wrong.',
  'I forgot my password, is there a way to reset it?',
  'Your password is required to have 12 characters.',
  'password reset/changed by admin',
  'The password was changed yesterday',
  'Please pin 4 photos to the board',
  'she pinned it to 2024 on the wall',
  '密码是什么？',
  '密码是多少位的',
  '密码长度12位以上',
  '密码2024年改过一次',
  '我忘了密码，要重置',
  '口令已经过期',
  'the token was lost in the mail',
  'the secret is out',
  'the key is under the mat',
  'token: see https://example.com/how-to-get-a-token1',
  'order 4111111111111112 has shipped',
  'parcel 4111 1111 1111 1111 1111 22',
  'call 13800138000 or 021-62345678',
  'invoice 2024-0131-0930-0012',
  '快递单号 110105194912310021',
  '流水号 991105194912310022',
  '20240131093000124',
  '1706693400000123',
  'v4.111.111.111.111.111.1',
  'a sk-8 board and sk-12',
  'https://example.com:8443/@ana',
  'commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b',
  'the public key is -----BEGIN PUBLIC KEY----- abc',
  'We met at 1234 Main Street at 10:30',
])('no secret: %s', (text) => {
  expect(found(text)).toEqual([]);
});

test('a number with a wrong check digit is another number', () => {
  for (let digit = 0; digit <= 9; digit++) {
    expect(found(`4111 1111 1111 111${digit}`).length, String(digit)).toBe(digit === 1 ? 1 : 0);
    expect(found(`1101051949123100 ${digit}`)).toEqual([]);
    expect(found(`11010519491231002${digit}`)).toEqual([]);
  }
});

test('what is masked keeps the place of everything else', () => {
  const text = '卡号 4111 1111 1111 1111 和密码是 qwer1234，别忘了';
  const masked = mask(text, findSecrets(text));
  expect(masked).toBe('卡号 ••••••••••••••••••• 和密码是 ••••••••，别忘了');
  expect(masked.length).toBe(text.length);
});

test('a long text is searched in time that grows with it', () => {
  for (const piece of ['password ', '密码', '4111 ', 'eyJa.', 'token: ', '://a:', '-----BEGIN ', '1101051949123100']) {
    const text = piece.repeat(200_000 / piece.length);
    expect(() => findSecrets(text)).not.toThrow();
  }
});
