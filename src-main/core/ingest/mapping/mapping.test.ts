import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Mapping } from '../../../../src-shared/schema/mapping.ts';
import { IncomingMessage } from '../../../../src-shared/schema/message.ts';
import { applyMapping, compileMapping, MappingInvalid, mappingProblems } from './mapping.ts';

const base: Mapping = { sender_id: '{{from}}', content: '{{text}}' };
const apply = (mapping: Mapping, payload: unknown) => applyMapping(compileMapping(mapping), payload);
/** One field of a message whose sender and content are in order. */
const field = <K extends keyof IncomingMessage>(name: K, mapping: Partial<Mapping>, payload: object) =>
  apply({ ...base, ...mapping }, { from: 'li', text: 'hi', ...payload }).message?.[name];

describe('the JSON of a vendor becomes a message', () => {
  test('from a chat application, with files', () => {
    const { message, problems } = apply(
      {
        platform: 'parrot',
        sender_id: '{{$.event.author.uid}}',
        content: '{{event.body.text | event.body.caption}}',
        external_id: '{{event.seq}}',
        conversation_id: "{{event['room id']}}",
        timestamp: '{{event.sent_ms}}',
        metadata: { nickname: '{{event.author.nick}}', mentions: '{{event.body.mentions}}', via: 'parrot {{version}}' },
        attachments: {
          each: '{{event.files}}',
          type: '{{kind}}',
          url: 'https://files.parrot.example/{{key}}',
          name: '{{label}}',
        },
      },
      {
        version: 3,
        event: {
          seq: 90071,
          'room id': '财务群',
          sent_ms: 1_735_689_600_123,
          author: { uid: 'u-7', nick: '小李' },
          body: { caption: '请周五前把报表发给我', mentions: ['u-1', 'u-2'] },
          files: [
            { kind: 'image', key: 'a1', label: '草稿.png' },
            { kind: 'file', key: 'b2' },
          ],
        },
      },
    );

    expect(problems).toEqual([]);
    expect(message).toEqual({
      platform: 'parrot',
      sender_id: 'u-7',
      content: '请周五前把报表发给我',
      external_id: '90071',
      conversation_id: '财务群',
      timestamp: 1_735_689_600,
      metadata: { nickname: '小李', mentions: ['u-1', 'u-2'], via: 'parrot 3' },
      attachments: [
        { type: 'image', url: 'https://files.parrot.example/a1', name: '草稿.png' },
        { type: 'file', url: 'https://files.parrot.example/b2' },
      ],
    });
  });

  test('from an issue tracker, whose descriptions are sometimes null', () => {
    const mapping: Mapping = {
      sender_id: '{{actor.login}}',
      content: '[{{ticket.ref}}] {{ticket.summary}}\n{{ticket.description}}',
      external_id: '{{ticket.ref}}#{{change.number}}',
      timestamp: '{{change.at}}',
    };
    const payload = {
      actor: { login: 'mei' },
      ticket: { ref: 'BOAT-12', summary: 'Mast creaks', description: null },
      change: { number: 4, at: '2025-01-01T08:00:00+08:00' },
    };

    expect(apply(mapping, payload)).toEqual({
      message: {
        sender_id: 'mei',
        content: '[BOAT-12] Mast creaks\n',
        external_id: 'BOAT-12#4',
        timestamp: 1_735_689_600,
      },
      problems: [],
    });
    // An id with a hole in it would make one message of all the changes of a ticket.
    expect(apply(mapping, { ...payload, change: {} }).message?.external_id).toBeUndefined();
  });

  test('from an alerting system that sends a list', () => {
    const { message, problems } = apply(
      {
        sender_id: 'watchtower',
        content: '{{[0].labels.host}}: {{[0].value}} ({{[0].firing}})',
        timestamp: '{{[0].since}}',
      },
      [{ labels: { host: 'db-1' }, value: 0.93, firing: true, since: '1735689600.5' }],
    );

    expect(problems).toEqual([]);
    expect(message).toEqual({ sender_id: 'watchtower', content: 'db-1: 0.93 (true)', timestamp: 1_735_689_600 });
  });
});

describe('paths', () => {
  test.each([
    ['a.b', { a: { b: 'x' } }],
    ['$.a.b', { a: { b: 'x' } }],
    ["$['a']['b']", { a: { b: 'x' } }],
    ['a["b c"]', { a: { 'b c': 'x' } }],
    ["a['it\\'s']", { a: { "it's": 'x' } }],
    ["a['}}|']", { a: { '}}|': 'x' } }],
    ['a[1]', { a: ['no', 'x'] }],
    ['a.1', { a: ['no', 'x'] }],
    ['a[1]', { a: { 1: 'x' } }],
    ['内容.正文', { 内容: { 正文: 'x' } }],
    ['$ref', { $ref: 'x' }],
    ['$', 'x'],
    ['a | b', { b: 'x' }],
    ['a|b|c', { a: null, c: 'x' }],
    ['a-b.c_d', { 'a-b': { c_d: 'x' } }],
  ])('{{%s}} leads into %j', (path, payload) => {
    expect(apply({ sender_id: 'me', content: `{{ ${path} }}` }, payload).message?.content).toBe('x');
  });

  test.each(['a.length', 'toString.name', 'a.constructor', "a['constructor']", '__proto__.x', 'hasOwnProperty'])(
    '{{%s}} never leads into the program itself',
    (path) => {
      const payload = JSON.parse('{"a":["x"],"__proto__":{"x":"polluted"}}');
      const attempt = () => apply({ sender_id: 'me', content: `{{${path}}}` }, payload).message;
      expect([null, 'refused']).toContain(outcome(attempt));
    },
  );

  test('what every object has by itself is not in the payload', () => {
    expect(apply({ ...base, content: '{{toString}}' }, { from: 'li' }).problems[0]?.message).toContain(
      'nothing at $.toString',
    );
  });

  test.each([
    '{{',
    '{{}}',
    '{{a',
    '{{a}',
    '{{a b}}',
    '{{a | }}',
    '{{a..b}}',
    '{{a[}}',
    '{{a[-1]}}',
    '{{a[*]}}',
    '{{a.*}}',
    '{{text.trim()}}',
    '{{__proto__.x}}',
    "{{a['prototype']}}",
    `{{${'a.'.repeat(40)}a}}`,
    `{{${'a'.repeat(300)}}}`,
    `{{${'a|'.repeat(10)}a}}`,
    '{{a}}'.repeat(100),
  ])('the template %s is refused before any message comes', (template) => {
    expect(() => compileMapping({ ...base, content: template })).toThrow(MappingInvalid);
  });

  test('all faults of a mapping are told together, each with its field', () => {
    const faulty: Mapping = {
      sender_id: '{{a',
      content: '{{a[*]}}',
      metadata: { team: '{{}}' },
      attachments: { each: 'files', type: 'image', url: '{{u' },
    };

    expect(() => compileMapping(faulty)).toThrow(
      expect.objectContaining({
        code: 'MAPPING_INVALID',
        problems: ['sender_id', 'content', 'metadata.team', 'attachments.url', 'attachments.each'].map((name) =>
          expect.objectContaining({ field: name }),
        ),
      }),
    );
  });
});

test('a mapping can be looked at before it is used', () => {
  expect(mappingProblems(base)).toEqual([]);
  expect(mappingProblems({ ...base, content: '{{' })).toEqual([{ field: 'content', message: expect.any(String) }]);
});

describe('values', () => {
  test.each([
    [1_735_689_600, 1_735_689_600],
    [1_735_689_600_999, 1_735_689_600],
    ['1735689600', 1_735_689_600],
    ['1735689600.000100', 1_735_689_600],
    ['2025-01-01T00:00:00Z', 1_735_689_600],
    ['2025-01-01 08:00:00.25+08:00', 1_735_689_600],
    ['2024-12-31T16:30:00-07:30', 1_735_689_600],
    ['2016-12-31T23:59:60Z', 1_483_228_799],
    [0, 0],
  ])('the time %j is %j', (at, seconds) => {
    expect(field('timestamp', { timestamp: '{{at}}' }, { at })).toBe(seconds);
  });

  test.each([
    'yesterday',
    '2025-01-01',
    '2025-01-01T00:00:00',
    '2025-02-30T00:00:00Z',
    '2025-01-01T24:30:00Z',
    -1,
    1e18,
    {},
    true,
    '',
  ])('the time %j is named and left out', (at) => {
    const { message, problems } = apply({ ...base, timestamp: '{{at}}' }, { from: 'li', text: 'hi', at });

    expect(message).toEqual({ sender_id: 'li', content: 'hi' });
    expect(problems).toEqual([{ field: 'timestamp', message: expect.stringContaining('$.at: expected') }]);
  });

  test('a template of one path keeps the type in metadata, text around it makes a text', () => {
    const mapping = {
      metadata: { count: '{{n}}', flag: '{{f}}', list: '{{l}}', said: 'n={{n}}', none: '{{nothing}}' },
    };

    expect(field('metadata', mapping, { n: 3, f: false, l: [1, { a: null }] })).toEqual({
      count: 3,
      flag: false,
      list: [1, { a: null }],
      said: 'n=3',
    });
  });

  test('an id that was rounded when it was read is not taken for an id', () => {
    const { message, problems } = apply(
      { ...base, external_id: '{{id}}' },
      JSON.parse('{"from":"li","text":"hi","id":12345678901234567890}'),
    );

    expect(message?.external_id).toBeUndefined();
    expect(problems[0]).toEqual({
      field: 'external_id',
      message: expect.stringContaining('too large to be kept exactly'),
    });
  });

  test('metadata that is very deep or very large is left out', () => {
    const deep = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000));
    const deeper = JSON.parse('['.repeat(12) + ']'.repeat(12));
    const large = Array.from({ length: 5000 }, () => 0);
    const { message, problems } = apply(
      { ...base, metadata: { deep: '{{deep}}', deeper: '{{deeper}}', large: '{{large}}', ok: '{{ok}}' } },
      { from: 'li', text: 'hi', deep, deeper, large, ok: 1 },
    );

    expect(message?.metadata).toEqual({ ok: 1 });
    expect(problems.map((problem) => problem.field)).toEqual(['metadata.deep', 'metadata.deeper', 'metadata.large']);
  });

  test('one attachment that cannot be used does not cost the others, nor the message', () => {
    const mapping: Mapping = {
      ...base,
      attachments: { each: '{{files}}', type: 'file', url: '{{url}}', name: '{{name}}' },
    };
    const files = [{ url: 'u1' }, { link: 'u2' }, { url: 'x'.repeat(3000) }, 7, { url: 'u5', name: 'n'.repeat(300) }];

    const { message, problems } = apply(mapping, { from: 'li', text: 'hi', files });

    expect(message?.attachments).toEqual([
      { type: 'file', url: 'u1' },
      { type: 'file', url: 'u5' },
    ]);
    expect(problems.map((problem) => problem.field)).toEqual([
      'attachments[1].url',
      'attachments[2].url',
      'attachments[3].url',
      'attachments[4].name',
    ]);
    expect(problems[0]?.message).toBe('nothing at $.url; $ has link');
  });

  test('a single attachment need not stand in a list, and beyond twenty the rest is named', () => {
    const mapping = { attachments: { each: '{{files}}', type: 'file', url: '{{url}}' } };

    expect(field('attachments', mapping, { files: { url: 'u' } })).toEqual([{ type: 'file', url: 'u' }]);
    expect(field('attachments', mapping, { files: [] })).toBeUndefined();
    expect(field('attachments', mapping, { files: Array.from({ length: 30 }, () => ({ url: 'u' })) })).toHaveLength(20);
  });
});

describe('what does not fit is told', () => {
  test('with the field, the path and what was found in its place', () => {
    const { message, problems } = apply(
      { sender_id: '{{event.user.id | event.bot}}', content: '{{event.text}}' },
      { event: { usr: {}, text: ['a'] } },
    );

    expect(message).toBeNull();
    expect(problems).toEqual([
      {
        field: 'sender_id',
        message: 'nothing at $.event.user.id; $.event has usr, text; nothing at $.event.bot; $.event has usr, text',
      },
      { field: 'content', message: '$.event.text: expected a text, found a list' },
    ]);
  });

  test('without a word of what people wrote', () => {
    const secret = 'my password is swordfish';
    const { problems } = apply(
      { ...base, external_id: '{{text}}', platform: '{{text}}', timestamp: '{{text}}', conversation_id: 'x {{group}}' },
      { from: secret.repeat(20), text: secret, group: { text: secret } },
    );

    expect(problems.map((problem) => problem.field)).toEqual(
      ['timestamp', 'conversation_id', 'platform', 'sender_id'].toSorted((a, b) => order.indexOf(a) - order.indexOf(b)),
    );
    expect(JSON.stringify(problems)).not.toContain('swordfish');
  });
  const order = ['conversation_id', 'timestamp', 'platform', 'sender_id'];

  test('when the content is too long or half a character, there is no message', () => {
    for (const text of ['x'.repeat(200_001), '\ud800']) {
      const { message, problems } = apply(base, { from: 'li', text });
      expect(message).toBeNull();
      expect(problems[0]?.field).toBe('content');
    }
  });
});

describe('any mapping and any JSON', () => {
  const name = fc.constantFrom('a', 'b', 'text', '__proto__', 'constructor', 'x y', '内容');
  const json = fc.oneof(
    fc.jsonValue({ maxDepth: 5 }),
    fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.string({ unit: 'binary' }),
        fc.double(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(name, tie('value'), { maxKeys: 4 }),
      ),
    })).value,
  );
  const path = fc
    .array(
      fc.oneof(
        name.map((key) => `.${key}`),
        name.map((key) => `['${key}']`),
        fc.nat({ max: 3 }).map((index) => `[${index}]`),
      ),
      { maxLength: 4 },
    )
    .map((parts) => `$${parts.join('')}`);
  const template = fc.oneof(
    fc.array(path, { minLength: 1, maxLength: 3 }).map((paths) => `{{${paths.join(' | ')}}}`),
    fc.tuple(fc.string(), path, fc.string()).map(([before, inside, after]) => `${before}x{{${inside}}}${after}`),
    fc
      .array(fc.constantFrom('{{', '}}', '|', '$', '.', '[', ']', "'", '"', 'a', '0', ' ', '\\'), {
        minLength: 1,
        maxLength: 20,
      })
      .map((parts) => parts.join('')),
    fc.string({ unit: 'binary', minLength: 1 }),
  );
  const mapping = fc.record(
    {
      sender_id: template,
      content: template,
      external_id: template,
      conversation_id: template,
      platform: template,
      timestamp: template,
      metadata: fc.dictionary(fc.string({ maxLength: 8 }), template, { maxKeys: 3 }),
      attachments: fc.record(
        { each: template, type: template, url: template, name: template },
        { requiredKeys: ['each', 'type', 'url'] },
      ),
    },
    { requiredKeys: ['sender_id', 'content'] },
  );

  test('give a valid message or problems, and nothing else', () => {
    fc.assert(
      fc.property(mapping, json, (made, payload) => {
        const compiled = compiledOr(null, () => compileMapping(Mapping.parse(made)));
        if (compiled === null) return;
        const { message, problems } = applyMapping(compiled, payload);

        const fine = message === null ? problems.length > 0 : IncomingMessage.safeParse(message).success;
        expect(fine).toBe(true);
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 3000 },
    );
  });
});

const compiledOr = <T, E>(otherwise: E, compile: () => T): T | E => {
  try {
    return compile();
  } catch (error) {
    if (error instanceof MappingInvalid) return otherwise;
    throw error;
  }
};

const outcome = (attempt: () => unknown): unknown => compiledOr('refused', attempt);
