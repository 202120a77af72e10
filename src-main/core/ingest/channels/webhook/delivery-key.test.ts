import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../foundation/digest.ts';
import { createDeliveryKeys, type Delivery } from './delivery-key.ts';

const delivery = (over: Partial<Omit<Delivery, 'body'>> & { text?: string } = {}): Delivery => {
  const { text = '{"content":"hi","n":1}', ...rest } = over;
  return { externalId: undefined, deliveryId: null, timestamp: null, ...rest, body: Buffer.from(text) };
};
const stamp = '1800000000';

test("the message's own id is the key, whatever else comes with it", () => {
  const keys = createDeliveryKeys();
  expect(keys.keyOf(delivery({ externalId: 'm-1', deliveryId: 'd-1', timestamp: stamp }))).toBe('m-1');
  expect(keys.keyOf(delivery({ externalId: '', deliveryId: 'd-1' }))).toBe('');
});

describe('signed without a timestamp', () => {
  test('the text is the key: the same one under any delivery id', () => {
    const keys = createDeliveryKeys();
    const key = keys.keyOf(delivery({ deliveryId: 'd-1' }));
    keys.stored(delivery({ deliveryId: 'd-1' }), key);
    expect(keys.keyOf(delivery({ deliveryId: 'd-2' }))).toBe(key);
    expect(keys.keyOf(delivery())).toBe(key);
    expect(key).toBe(`sha256:${sha256('.{"content":"hi","n":1}').toString('hex')}`);
  });

  test('an attempt that was written differently joins the one stored under its delivery id', () => {
    const keys = createDeliveryKeys();
    const first = delivery({ deliveryId: 'd-1', text: '{"try":1}' });
    const key = keys.keyOf(first);
    keys.stored(first, key);
    expect(keys.keyOf(delivery({ deliveryId: 'd-1', text: '{"try":2}' }))).toBe(key);
    expect(keys.keyOf(delivery({ deliveryId: 'd-2', text: '{"try":2}' }))).not.toBe(key);
    expect(keys.keyOf(delivery({ text: '{"try":2}' }))).not.toBe(key);
  });

  test('an id is not taken by a delivery that was not stored', () => {
    const keys = createDeliveryKeys();
    const replayed = keys.keyOf(delivery({ deliveryId: 'd-9', text: '{"old":true}' }));
    expect(keys.keyOf(delivery({ deliveryId: 'd-9', text: '{"new":true}' }))).not.toBe(replayed);
  });

  test('a message stored under its own id, or with a timestamp, gives its delivery id to no other', () => {
    const keys = createDeliveryKeys();
    keys.stored(delivery({ externalId: 'm-1', deliveryId: 'd-1' }), 'm-1');
    keys.stored(delivery({ timestamp: stamp, deliveryId: 'd-2' }), 'd-2');
    expect(keys.keyOf(delivery({ deliveryId: 'd-1' }))).toMatch(/^sha256:/);
    expect(keys.keyOf(delivery({ deliveryId: 'd-2' }))).toMatch(/^sha256:/);
  });
});

describe('signed with a timestamp', () => {
  test('the delivery id is the key, because each attempt is signed anew', () => {
    const keys = createDeliveryKeys();
    expect(keys.keyOf(delivery({ deliveryId: 'd-1', timestamp: stamp }))).toBe('d-1');
    expect(keys.keyOf(delivery({ deliveryId: 'd-1', timestamp: '1800000009' }))).toBe('d-1');
  });

  test('a signed text that was seen keeps its key, whatever delivery id it is dressed up with', () => {
    const keys = createDeliveryKeys();
    expect(keys.keyOf(delivery({ deliveryId: 'd-1', timestamp: stamp }))).toBe('d-1');
    expect(keys.keyOf(delivery({ deliveryId: 'other', timestamp: stamp }))).toBe('d-1');
    expect(keys.keyOf(delivery({ timestamp: stamp }))).toBe('d-1');
  });

  test('without a delivery id the signed text is the key, and another second is another message', () => {
    const keys = createDeliveryKeys();
    const key = keys.keyOf(delivery({ timestamp: stamp }));
    expect(key).toBe(`sha256:${sha256(`${stamp}.{"content":"hi","n":1}`).toString('hex')}`);
    expect(keys.keyOf(delivery({ timestamp: '1800000001' }))).not.toBe(key);
  });
});

describe('the text that counts', () => {
  const keyOf = (text: string) => createDeliveryKeys().keyOf(delivery({ text }));

  test('is the same however it is laid out', () => {
    const key = keyOf('{"a":"x y","b":[1,2]}');
    for (const text of [
      '{ "a" : "x y", "b" : [1, 2] }',
      '\n{\t"a":"x y",\r\n  "b":[1,2]\n}\n',
      '{"a":"x y",   "b":[1,2]}',
    ])
      expect(keyOf(text), text).toBe(key);
  });

  test.each([
    ['space inside a string', '{"a":"x y"}', '{"a":"xy"}'],
    ['space behind an escaped quote', '{"a":"x\\" y"}', '{"a":"x\\"y"}'],
    ['space behind two escaped quotes', '{"a":"x\\"\\" y z"}', '{"a":"x\\"\\" yz"}'],
    ['space between two escaped quotes', '{"a":"\\"x y\\" z"}', '{"a":"\\"xy\\" z"}'],
    ['space behind an escaped backslash', '{"a":"x\\\\","b":" "}', '{"a":"x\\\\","b":""}'],
    ['how a number is written', '{"a":1.0}', '{"a":1}'],
    ['digits a parser would round', '{"a":9007199254740993}', '{"a":9007199254740992}'],
    ['the order of keys', '{"a":1,"b":2}', '{"b":2,"a":1}'],
    ['how a letter is escaped', '{"a":"\\u0041"}', '{"a":"A"}'],
  ])('differs in %s', (_what, one, other) => {
    expect(keyOf(one)).not.toBe(keyOf(other));
  });
});
