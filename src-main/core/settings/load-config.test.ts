import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SecretStore } from '../foundation/host.ts';
import { createSecretRegistry } from '../foundation/logger.ts';
import { ConfigInvalid } from './config-invalid.ts';
import { hostileYaml } from './hostile-yaml.fixture.ts';
import { type LoadOptions, lastGoodName, loadConfig } from './load-config.ts';

let dataDir: string;
let file: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'settings-'));
  file = join(dataDir, 'config.yaml');
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const keychain: SecretStore = {
  description: 'the key chain',
  get: async (name) => {
    if (name === 'locked') throw new Error('hunter2 is wrong');
    return name === 'webhook' ? 'from-the-key-chain-0123456789' : null;
  },
  set: async () => {},
  delete: async () => {},
};
const options = (more: Partial<LoadOptions> = {}): LoadOptions => ({
  file,
  dataDir,
  env: {},
  secrets: keychain,
  registry: createSecretRegistry(),
  ...more,
});
const write = (text: string) => writeFileSync(file, text, { mode: 0o600 });
const load = (text: string, more: Partial<LoadOptions> = {}) => {
  write(text);
  return loadConfig(options(more));
};
async function refusal(text: string, more: Partial<LoadOptions> = {}): Promise<ConfigInvalid> {
  try {
    await load(text, more);
  } catch (error) {
    if (error instanceof ConfigInvalid) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}
const firstProblem = async (text: string, more: Partial<LoadOptions> = {}) => (await refusal(text, more)).problems[0];

describe('a list of senders', () => {
  test.each([
    ['a policy that there is not', 'everyone'],
    ['a star for a policy', '"*"'],
    ['true for a policy', 'true'],
    ['one name and no list', 'U0123ABC'],
    ['a number that YAML would round', '[12345678901234567890]'],
    ['an empty id', '[""]'],
    ['nothing in the list', '[null]'],
    ['a space that nobody sees', '["U0123 "]'],
    ['a character that nobody sees', '["U01\\u200b23"]'],
    ['half a character', '["\\ud83d"]'],
    ['a group', '{ U0123: true }'],
  ])('is refused with its place: %s', async (_what, value) => {
    const problem = await firstProblem(`platforms: { webhook: { allow_senders: ${value} } }`);
    expect(problem?.key).toMatch(/^platforms\.webhook\.allow_senders/);
    expect(await firstProblem(`platforms: { api: { allow_sender: [a] } }`)).toMatchObject({
      nearest: expect.anything(),
    });
  });

  test('is kept as it is written', async () => {
    const { config } = await load('platforms: { socket: { allow_senders: ["Ünï", "@a:b", "012"] } }');
    expect(config.platforms.socket.allow_senders).toEqual(['Ünï', '@a:b', '012']);
    expect(config.platforms.api.allow_senders).toBeNull();
  });
});

describe('a configuration that is right', () => {
  test('says only what differs; everything else has its default', async () => {
    const { config, warnings, source } = await load('app: { port: 9000 }\nplatforms: { webhook: { enabled: true } }\n');

    expect(source).toBe('file');
    expect(warnings).toEqual([]);
    expect(config.app).toEqual({
      port: 9000,
      host: '127.0.0.1',
      debug: false,
      locale: 'auto',
      notices: true,
      timezone: 'auto',
      durability: 'full',
      queue_limit: 100_000,
      rate_limit_per_minute: 60_000,
      allowed_hosts: [],
      admin_allow: ['127.0.0.0/8', '::1/128'],
      tls: null,
    });
    // No secret: the channel is for the caller to report, not open to everybody.
    expect(config.platforms.webhook).toMatchObject({ enabled: true, path: '/api/messages', secret: null });
    expect(config.platforms.socket).toEqual({ enabled: true, port: 8001, allow_senders: null });
    expect(config.memory.db_path).toBe(join(dataDir, 'memory.db'));
  });

  test('with every key of the guides is read, and a model in it gives a warning, not an error', async () => {
    const { config, warnings } = await load(`
app:
  port: 8000
  debug: false
memory:
  storage_type: sqlite
  db_path: ./other.db
models:
  default: ./models/some.onnx
  context_length: 2048
platforms:
  webhook:
    enabled: true
    path: /api/messages
  socket:
    enabled: false
    port: 8001
`);

    expect(config.platforms.socket.enabled).toBe(false);
    expect(config.memory.db_path).toBe(join(dataDir, 'other.db'));
    expect(warnings).toEqual([expect.stringContaining('answers without a language model')]);
  });

  test('may leave a group empty, come from Windows and hold Chinese', async () => {
    const { config } = await load(
      '\uFEFFapp:\r\n  # 注释\r\nmappings:\r\n  m: { sender_id: "{{谁}}", content: "{{内容}}" }\r\n',
    );

    expect(config.app.port).toBe(8000);
    expect(config.mappings['m']).toEqual({ sender_id: '{{谁}}', content: '{{内容}}' });
  });

  test('command-line options win over the file', async () => {
    const { config } = await load('app: { port: 9000 }', { overrides: { port: 0 } });

    expect(config.app.port).toBe(0);
  });

  test('listens beyond this machine once it has TLS, and its files are found from the data folder', async () => {
    mkdirSync(join(dataDir, 'tls'));
    for (const name of ['cert.pem', 'key.pem']) writeFileSync(join(dataDir, 'tls', name), 'pem');

    const { config } = await load('app: { host: 0.0.0.0, tls: { cert_file: tls/cert.pem, key_file: tls/key.pem } }');

    expect(config.app.tls?.cert_file).toBe(join(dataDir, 'tls', 'cert.pem'));
  });
});

describe('a configuration that is wrong', () => {
  test('is told with file, line, column, key, what was expected and what was found', async () => {
    const problem = await firstProblem('app:\n  port: abc\n');

    expect(problem).toEqual({
      file,
      line: 2,
      column: 3,
      key: 'app.port',
      expected: 'a whole number from 0 to 65535 (0 picks a free port)',
      found: '"abc"',
      nearest: null,
    });
    expect((await refusal('app:\n  port: abc\n')).message).toContain(`${file}:2:3 app.port: expected a whole number`);
  });

  test.each([
    ['app:\n  prot: 1\n', 'app.prot', 'app.port'],
    ['ap:\n  port: 1\n', 'ap', 'app'],
    ['memory: { dbPath: x }', 'memory.dbPath', 'memory.db_path'],
    ['port: 8000', 'port', 'app.port'],
    [
      'platforms: { webhook: { endpoints: [{ name: a, path: /a, secrte: x }] } }',
      'platforms.webhook.endpoints[0].secrte',
      'platforms.webhook.endpoints[0].secret',
    ],
    ['app: { colour: red }', 'app.colour', null],
  ])('an unknown key names the nearest known one: %j', async (text, key, nearest) => {
    const problem = await firstProblem(text);

    expect(problem?.key).toBe(key);
    expect(problem).toMatchObject({ nearest, found: 'an unknown key' });
  });

  test('is told all at once, in the order of the file', async () => {
    const { problems, message } = await refusal(`
app: { port: 99999, locale: fr, host: 10.0.0.1, timezone: Mars/Base }
memory: { storage_type: mysql }
platforms:
  webhook: { mapping: nowhere, path: /api/v1/messages }
unknown: 1
`);

    expect(problems.map(({ key }) => key)).toEqual([
      'app.port',
      'app.locale',
      'app.host',
      'app.timezone',
      'memory.url',
      'platforms.webhook.mapping',
      'platforms.webhook.path',
      'unknown',
    ]);
    expect(message).toContain('the address of a mysql database');
    expect(message).toContain('app.tls with cert_file and key_file');
  });

  test.each([
    ['a port that two share', 'platforms: { socket: { port: 8000 } }', 'platforms.socket.port'],
    [
      'a webhook path that two share',
      'platforms: { webhook: { endpoints: [{ name: a, path: /api/messages }] } }',
      'platforms.webhook.endpoints[0].path',
    ],
    [
      'a channel name that is taken',
      'platforms: { webhook: { endpoints: [{ name: chat, path: /x }] } }',
      'platforms.webhook.endpoints[0].name',
    ],
    ['an address range that is none', 'app: { admin_allow: [10.0.0.1] }', 'app.admin_allow[0]'],
    ['TLS files that are missing', 'app: { tls: { cert_file: a, key_file: b } }', 'app.tls.cert_file'],
    ['an empty secret', 'platforms: { webhook: { secret: "" } }', 'platforms.webhook.secret'],
    ['a value with nothing behind it', 'app: { port: }', 'app.port'],
    ['a list in the place of a group', 'app: []', 'app'],
    ['a text for a whole file', 'hello', ''],
    ['a mapping without its sender', 'mappings: { m: { content: x } }', 'mappings.m.sender_id'],
  ])('%s is refused', async (_, text, key) => {
    expect((await refusal(text)).problems.map((problem) => problem.key)).toContain(key);
  });

  test('a mapping that cannot work is told at its line, by whoever runs mappings', async () => {
    const text =
      'mappings:\n  m:\n    sender_id: x\n    content: y\n    attachments:\n      { each: "{{f", type: t, url: u }\n';
    const checkMapping = () => [{ field: 'attachments.each', message: 'expected }}' }];

    expect(await refusal(text, { checkMapping }).then((error) => error.problems)).toEqual([
      expect.objectContaining({
        line: 6,
        key: 'mappings.m.attachments.each',
        found: 'one that cannot work: expected }}',
      }),
    ]);
  });

  test('from the command line is told as such', async () => {
    expect(await firstProblem('app: {}', { overrides: { host: '0.0.0.0' } })).toMatchObject({
      file: '--host',
      line: null,
    });
  });

  test.each(['', '   \n', '# only a comment\n', '---\n'])(
    'a file with nothing in it (%j) is not taken for the defaults',
    async (text) => {
      expect((await refusal(text)).message).toContain('no settings at all');
    },
  );

  test('other files than text are refused', async () => {
    expect((await refusal('x'.repeat(1024 * 1024 + 1))).message).toContain('at most 1048576 bytes');
    writeFileSync(file, Buffer.from('app: { host: \xff }', 'latin1'));
    await expect(loadConfig(options())).rejects.toThrow('UTF-8');
    await expect(loadConfig(options({ file: dataDir }))).rejects.toThrow(ConfigInvalid);
  });
});

describe('YAML that could do harm', () => {
  test.each(hostileYaml)('%s is refused', async (_, text) => {
    const { problems } = await refusal(text);

    expect(problems.length).toBeGreaterThan(0);
    expect(problems.length).toBeLessThanOrEqual(20);
  });

  test('lists four thousand levels deep are refused for their depth, before anything is built from them', async () => {
    expect((await refusal('['.repeat(4000) + ']'.repeat(4000))).message).toContain('64 levels of nesting');
  });

  test.each(['__proto__', 'constructor', 'prototype'])('the key %s is refused wherever it stands', async (name) => {
    for (const text of [
      `${name}: { polluted: 1 }`,
      `mappings: { m: { sender_id: a, content: b, metadata: { ${name}: x } } }`,
    ]) {
      expect((await refusal(text)).message).toContain(`reserved name ${name}`);
    }
    expect((await refusal(`"\\u005f_proto__": { polluted: 1 }`)).message).toContain('reserved name');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('secrets', () => {
  test('come from the environment, a file or the key chain, and logs cannot show them', async () => {
    mkdirSync(join(dataDir, 'keys'));
    writeFileSync(join(dataDir, 'keys', 'a.secret'), 'from-the-file-0123456789\r\n', { mode: 0o600 });
    const registry = createSecretRegistry();

    const { config, warnings } = await load(
      `platforms:
  webhook:
    secret: \${env:HOOK}
    previous_secret: \${file:keys/a.secret}
    reply_url: https://chat.example/hooks/literal-part
    endpoints: [{ name: x, path: /x, secret: "\${keychain:webhook}" }]
`,
      { env: { HOOK: 'from-the-environment-0123' }, registry },
    );

    const { webhook } = config.platforms;
    const secrets = [webhook.secret, webhook.previous_secret, webhook.endpoints[0]?.secret, webhook.reply_url];
    expect(secrets.slice(0, 3)).toEqual([
      'from-the-environment-0123',
      'from-the-file-0123456789',
      'from-the-key-chain-0123456789',
    ]);
    expect(registry.scrub(secrets.join(' '))).toBe('[secret] [secret] [secret] [secret]');
    expect(warnings).toEqual([]);
  });

  test.each([
    ['${env:NOPE}', 'no environment variable NOPE'],
    ['${env:EMPTY}', 'no environment variable EMPTY'],
    ['${env:toString}', 'no environment variable toString'],
    ['${file:keys/none}', 'ENOENT'],
    ['${file:.}', 'is not a file'],
    ['${keychain:other}', 'nothing under that name in the key chain'],
    ['${keychain:locked}', 'the key chain did not answer (Error)'],
    ['${vault:x}', 'another kind of reference'],
    ['${HOOK}', 'another kind of reference'],
    ['prefix-${env:HOOK}', 'a text with ${ in it'],
  ])('%s, when it gives nothing, is an error that names it and no value', async (reference, reason) => {
    const { problems, message } = await refusal(`platforms:\n  webhook:\n    secret: "${reference}"\n`, {
      env: { EMPTY: '', HOOK: 'hunter2' },
    });

    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ key: 'platforms.webhook.secret', line: 3, column: 5 });
    expect(message).toContain(reason);
    expect(message).not.toContain('hunter2');
  });

  test('are never in a message, whatever is wrong with them', async () => {
    const texts = [
      'platforms: { webhook: { secret: [hunter2hunter2] } }',
      'platforms: { webhook: { reply_url: "ftp://hunter2hunter2" } }',
      // Put together here: written out, it is what the repository is searched for.
      `platforms: { webhook: { reply_url: "https://ana:${'hunter2hunter2'}@example.com/" } }`,
      'platforms: { webhook: hunter2hunter2 }',
      'platforms: { webhook: { secret: "hunter2hunter2 } }',
      'platforms: { webhook: { secret: @hunter2hunter2 } }',
      'platforms:\n  webhook:\n  secret: hunter2hunter2\n',
      'platforms:\n  webhook:\n    secret: "x"\n   hunter2hunter2\n',
      'memory: { url: { a: hunter2hunter2 } }',
      'app: { host: "${env:HOOK}" }',
      'app: { port: "${env:HOOK}" }',
      'hunter2hunter2',
      'platforms: { webhook: { secret: hunter2hunter2 }, platforms: 1 }',
    ];
    for (const text of texts) {
      const error = await refusal(text, { env: { HOOK: 'hunter2 hunter2' } });
      expect(error.message + JSON.stringify(error.data)).not.toContain('hunter2');
    }
  });

  test('that others may read, or that are short, give a warning', async () => {
    writeFileSync(join(dataDir, 'a.secret'), 'long-enough-0123456789');
    chmodSync(join(dataDir, 'a.secret'), 0o644);
    const text = 'platforms: { webhook: { secret: "${file:a.secret}", previous_secret: short } }';

    const { warnings } = await load(text);
    chmodSync(file, 0o644);
    const { warnings: more } = await loadConfig(options());

    expect(warnings).toEqual([
      expect.stringContaining('chmod 600'),
      expect.stringContaining('a secret of 5 characters'),
    ]);
    expect(more).toContainEqual(expect.stringContaining(`${file} holds platforms.webhook.previous_secret`));
  });
});

describe('a configuration that broke after it had worked', () => {
  test('is replaced by the last good copy when the product starts as a service, loudly', async () => {
    await load('app: { port: 9000 }');
    expect(statSync(join(dataDir, lastGoodName)).mode & 0o777).toBe(0o600);

    const { config, source, warnings, problem } = await load('app: { port: 9', { onInvalid: 'last-good' });

    expect(source).toBe('last-good');
    expect(config.app.port).toBe(9000);
    expect(warnings[0]).toContain(`${file}:1`);
    expect(warnings[0]).toContain('The last configuration that worked is used');
    expect(problem).toBeInstanceOf(ConfigInvalid);
  });

  test('cut short at any point it never turns into the defaults', async () => {
    const text = 'app:\n  port: 9000\nplatforms:\n  webhook:\n    secret: long-enough-0123456789\n';
    await load(text);

    for (const cut of ['', 'ap', 'app:\n  port: [']) {
      expect((await load(cut, { onInvalid: 'last-good', onMissing: 'defaults' })).config.app.port).toBe(9000);
    }
    rmSync(file);
    expect((await loadConfig(options({ onInvalid: 'last-good', onMissing: 'defaults' }))).config.app.port).toBe(9000);
  });

  test('stops the start where there is no good copy, or where the copy belongs to another file', async () => {
    await expect(load('app: { port: x }', { onInvalid: 'last-good' })).rejects.toThrow(ConfigInvalid);
    await load('app: { port: 9000 }');
    const other = join(dataDir, 'other.yaml');
    writeFileSync(other, 'app: [');

    await expect(loadConfig(options({ file: other, onInvalid: 'last-good' }))).rejects.toThrow(/other\.yaml/);
  });

  test('stops a command that asked to be told', async () => {
    await load('app: { port: 9000 }');

    await expect(load('app: { port: x }')).rejects.toThrow(ConfigInvalid);
    expect(readFileSync(join(dataDir, lastGoodName), 'utf8')).toContain('9000');
  });

  test('leaves no copy behind when the caller only looks', async () => {
    await load('app: {}', { keepLastGood: false });

    expect(existsSync(join(dataDir, lastGoodName))).toBe(false);
  });

  test('a missing file is an error, or the defaults where the caller says so', async () => {
    await expect(loadConfig(options())).rejects.toThrow('no such file');

    const { source, config } = await loadConfig(options({ onMissing: 'defaults' }));
    expect([source, config.app.port]).toEqual(['defaults', 8000]);
  });
});

describe('any text at all', () => {
  const yamlish = fc
    .array(
      fc.oneof(
        fc.constantFrom(
          'app',
          'port',
          'platforms',
          'webhook',
          'secret',
          'endpoints',
          'mappings',
          'tls',
          '__proto__',
          'constructor',
          'toString',
        ),
        fc.constantFrom(
          ': ',
          ':\n  ',
          '\n',
          '- ',
          '[',
          ']',
          '{',
          '}',
          ', ',
          '"',
          "'",
          '|\n ',
          '>',
          '&a',
          '*a',
          '!',
          '#',
          '? ',
          '---\n',
          '%',
          '\t',
          '${env:A}',
          '${file:/}',
          '<<',
          '\0',
          '\ud800',
        ),
        fc.string({ unit: 'binary', maxLength: 8 }),
        fc.double().map(String),
      ),
      { maxLength: 40 },
    )
    .map((parts) => parts.join(''));
  const problemsOf = (error: unknown) => {
    if (error instanceof ConfigInvalid) return error.problems;
    throw error;
  };
  const anything = fc.oneof(
    yamlish,
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.json(),
    fc
      .object({
        key: fc.constantFrom(
          'app',
          'port',
          'host',
          'tls',
          'memory',
          'url',
          'platforms',
          'webhook',
          'endpoints',
          'mapping',
          'mappings',
          '__proto__',
        ),
      })
      .map((value) => JSON.stringify(value)),
  );

  test('is either a configuration or a ConfigInvalid that points into the file, and pollutes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(anything, async (text) => {
        const problems = await load(text, { keepLastGood: false }).then(() => null, problemsOf);
        const lines = text.split('\n').length;
        expect(problems).toSatisfy(
          (found: typeof problems) =>
            found === null || (found.length > 0 && found.every(({ line }) => line === null || line <= lines)),
        );
        expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 1500 },
    );
  });

  test('as bytes is refused or read, never worse', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), async (bytes) => {
        writeFileSync(file, bytes);
        await expect(loadConfig(options({ keepLastGood: false })).catch((error: unknown) => error)).resolves.toSatisfy(
          (result) => result instanceof ConfigInvalid || 'config' in (result as object),
        );
      }),
      { numRuns: 200 },
    );
  });
});
