import ipaddr from 'ipaddr.js';
import * as z from 'zod';
import { Mapping } from '../../../src-shared/schema/mapping.ts';

/** What the reader of an error message needs to know about a key. `secret`: its value is never shown. */
export interface KeyHint {
  expected?: string;
  secret?: boolean;
}
const keyHints = z.registry<KeyHint>();

function expecting<S extends z.ZodType>(expected: string, schema: S): S {
  keyHints.add(schema, { expected });
  return schema;
}
const secretText = (expected: string) => z.string().min(1).max(4096).register(keyHints, { expected, secret: true });

const shortestPassphrase = 12;
const passphrase = () =>
  z
    .string()
    .min(shortestPassphrase)
    .max(1024)
    .register(keyHints, {
      expected: `a passphrase of at least ${shortestPassphrase} characters, or null`,
      secret: true,
    });

const port = () => expecting('a whole number from 0 to 65535 (0 picks a free port)', z.int().min(0).max(65_535));
const flag = () => expecting('true or false', z.boolean());
const count = (min: number, max: number) =>
  expecting(`a whole number from ${min} to ${max}`, z.int().min(min).max(max));
const choice = <const T extends readonly [string, ...string[]]>(...values: T) =>
  expecting(`one of ${values.join(', ')}`, z.enum(values));
const path = (what: string) =>
  expecting(
    `the path of ${what}`,
    z
      .string()
      .min(1)
      .max(4096)
      .refine((text) => !/\p{Cc}/u.test(text)),
  );
const list = <S extends z.ZodType>(item: S, max: number) =>
  expecting(`a list of at most ${max}`, z.array(item).max(max));

const Host = expecting(
  'an IP address or a host name',
  z
    .string()
    .max(253)
    .refine((text) => ipaddr.isValid(text) || hostName.test(text)),
);
const hostName = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i;

const Cidr = expecting(
  'an address range such as 192.168.1.0/24 (one address: 192.168.1.5/32)',
  z.string().refine(ipaddr.isValidCIDR),
);

const TimeZone = expecting('auto or a time zone such as Asia/Shanghai', z.string().max(64).refine(isTimeZone));
function isTimeZone(text: string): boolean {
  if (text === 'auto') return true;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** The product's own addresses; a webhook there would hide them. */
const ownPaths = /^\/(?:$|ws$|metrics$|assets\/|v1(?:\/|$)|api\/(?:v1|docs)(?:\/|$))/;
const HttpPath = expecting(
  'a path such as /api/messages, not one that the product itself answers on',
  z
    .string()
    .max(200)
    .regex(/^(?:\/[A-Za-z0-9._~-]+)+$/)
    .refine((text) => !ownPaths.test(text) && !text.split('/').some((part) => part === '.' || part === '..')),
);

/** Chat services put a key into such addresses, so they are treated as secrets. */
const ReplyUrl = z
  .url({ protocol: /^https?$/ })
  .max(2048)
  .refine((text) => URL.parse(text)?.username === '' && URL.parse(text)?.password === '')
  .register(keyHints, { expected: 'an http or https address without a name or password in it', secret: true });

const ShortName = expecting(
  'a name of lower-case letters, digits, dot, dash and underscore, at most 32',
  z.string().regex(/^[a-z0-9][a-z0-9._-]{0,31}$/),
);
const MappingName = expecting('the name of a mapping under mappings', z.string().min(1).max(64));

/** What cannot be seen could not be told apart from an id that is right. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u{115f}\u{1160}\u{3164}\u{ffa0}]/u;
const SenderId = expecting(
  'the exact id of a sender in quotes, without spaces around it or characters that cannot be seen',
  z
    .string()
    .min(1)
    .max(256)
    .refine((id) => id.isWellFormed() && id === id.trim() && !unseen.test(id)),
);
/** Null: whoever proves himself with signature or token. An empty list: nobody. */
const allowSenders = () =>
  expecting(
    'null, or a list of sender ids such as ["U0123", "@ann:example.org"] (an empty list: nobody)',
    z.array(SenderId).max(10_000),
  )
    .nullable()
    .default(null);

const webhookKeys = {
  path: HttpPath,
  /** Null: the channel is not opened but shown as misconfigured, for without a secret anybody could write to it. */
  secret: secretText('a secret, best as a reference such as ${file:keys/webhook.secret}').nullable().default(null),
  /** Still accepted while senders change over to the new one. */
  previous_secret: secretText('the former secret, or null').nullable().default(null),
  mapping: MappingName.nullable().default(null),
  /** Where replies are posted; null keeps them for whoever asks. */
  reply_url: ReplyUrl.nullable().default(null),
  allow_senders: allowSenders(),
};

const App = z.strictObject({
  /** 0 picks a free port. */
  port: port().default(8000),
  host: Host.default('127.0.0.1'),
  debug: flag().default(false),
  locale: choice('auto', 'zh-CN', 'en').default('auto'),
  /** Notices of the desktop: suggested todos, replies that did not arrive, a full disk. */
  notices: flag().default(true),
  timezone: TimeZone.default('auto'),
  /** full: acknowledged messages survive power loss; normal: they survive a crash of the program, at less cost. */
  durability: choice('full', 'normal').default('full'),
  /** Waiting messages; beyond it senders are told to come back later. */
  queue_limit: count(1, 10_000_000).default(100_000),
  /** Per sender. */
  rate_limit_per_minute: count(1, 10_000_000).default(60_000),
  /** Further names under which browsers and programs may address the product. */
  allowed_hosts: list(Host.toLowerCase(), 64).default([]),
  /** Who may reach the administration surface. An empty list: nobody. */
  admin_allow: list(Cidr, 64).default(['127.0.0.0/8', '::1/128']),
  tls: z
    .strictObject({ cert_file: path('a PEM certificate'), key_file: path('its PEM key') })
    .nullable()
    .default(null),
});

const Memory = z.strictObject({
  storage_type: choice('sqlite', 'mysql', 'postgresql').default('sqlite'),
  /** Relative to the data folder in the file, absolute once loaded. */
  db_path: path('the database file').default('./memory.db'),
  url: secretText('the address of a database, or null').nullable().default(null),
  vector_index: choice('auto', 'scan', 'faiss').default('auto'),
  /** What sensitive memories are sealed with. Null: a key that lies with the secrets of this host. */
  passphrase: passphrase().nullable().default(null),
  /** The one before, until everything is sealed anew. */
  previous_passphrase: passphrase().nullable().default(null),
  /** What is sensitive, beside what a person marks. */
  sensitive: z
    .strictObject({
      /** Keys, tokens, card and identity numbers, passwords. */
      detect: flag().default(true),
      words: list(expecting('a word or a phrase', z.string().trim().min(2).max(200)), 256).default([]),
      senders: list(expecting('the id of a sender', z.string().min(1).max(256)), 256).default([]),
      conversations: list(expecting('the id of a conversation', z.string().min(1).max(512)), 256).default([]),
    })
    .prefault({}),
  /** What is erased by itself, for good. */
  retention: z
    .strictObject({
      /** So many days a forgotten memory can be brought back. Null: always. */
      forgotten_days: count(1, 36_500).nullable().default(30),
      /** Memories older than so many days go, with the text of the message they came from; pinned ones stay. */
      rules: list(
        z.strictObject({
          days: count(1, 36_500),
          kind: choice('message', 'note').nullable().default(null),
          platform: expecting('the name of a platform, or null', z.string().min(1).max(64)).nullable().default(null),
        }),
        32,
      ).default([]),
    })
    .prefault({}),
});

const RemoteModel = z.strictObject({
  url: expecting('an http or https address', z.url({ protocol: /^https?$/ }).max(2048)),
  weight: expecting('a number from 0 to 1000', z.number().min(0).max(1000)).default(1),
  api_key_env: expecting('the name of an environment variable, or null', z.string().min(1).max(128))
    .nullable()
    .default(null),
});

const Models = z.strictObject({
  default: expecting('the name or path of a model, or null', z.string().min(1).max(4096)).nullable().default(null),
  context_length: count(128, 10_000_000).default(2048),
  loaded: list(expecting('the name or path of a model', z.string().min(1).max(4096)), 16).default([]),
  remote: list(RemoteModel, 16).default([]),
});

const Webhook = z.strictObject({
  enabled: flag().default(true),
  ...webhookKeys,
  path: HttpPath.default('/api/messages'),
  /** Further webhooks, each a channel of its own. */
  endpoints: list(z.strictObject({ name: ShortName, ...webhookKeys }), 32).default([]),
});

const Platforms = z.strictObject({
  webhook: Webhook.prefault({}),
  api: z.strictObject({ allow_senders: allowSenders() }).prefault({}),
  socket: z
    .strictObject({ enabled: flag().default(true), port: port().default(8001), allow_senders: allowSenders() })
    .prefault({}),
});

const privateHost = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/i;
const Egress = z.strictObject({
  /** Where addresses in this file may lead although it is not the internet. Addresses from messages never may. */
  allow_private: list(
    expecting(
      'a host, a host with its port, or an address range such as 192.168.1.0/24',
      z
        .string()
        .max(260)
        .refine((text) => ipaddr.isValidCIDR(text) || privateHost.test(text)),
    ),
    64,
  ).default([]),
});

const Tasks = z.strictObject({
  /** A todo found with at least this confidence goes to the board at once; 1: all wait as suggestions for a person. */
  accept_from: expecting('a number from 0.5 to 1', z.number().min(0.5).max(1)).default(1),
});

/** Of the desktop product; a server is updated by whoever put it there. */
const Updates = z.strictObject({
  /** Null: what was built into the package, if anything. */
  feed_url: expecting('an https address, or null', z.url({ protocol: /^https$/ }).max(2048))
    .nullable()
    .default(null),
  public_key: expecting('the 32 bytes of an Ed25519 public key in base64, or null', z.base64().length(44))
    .nullable()
    .default(null),
  channel: choice('stable', 'beta').default('stable'),
  /** Looks when it starts and once a day; false: only when asked. */
  auto_check: flag().default(true),
  /** Fetches what it finds; false: asks first. */
  auto_download: flag().default(false),
});

/** config.yaml. Every key has a default, so that an own file need only say what differs. */
export const Config = z.strictObject({
  app: App.prefault({}),
  memory: Memory.prefault({}),
  models: Models.prefault({}),
  tasks: Tasks.prefault({}),
  updates: Updates.prefault({}),
  egress: Egress.prefault({}),
  platforms: Platforms.prefault({}),
  mappings: expecting(
    'a group of at most 64 mappings, each under its name',
    z
      .record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/), Mapping)
      .refine((all) => Object.keys(all).length <= 64),
  ).default({}),
});
export type Config = z.infer<typeof Config>;
export type WebhookEndpoint = Config['platforms']['webhook']['endpoints'][number];

type Path = readonly PropertyKey[];

/** The part of the schema that describes the key at `path`; null where no such key exists. */
export function schemaAt(path: Path): z.ZodType | null {
  let schema: z.ZodType = Config;
  for (const key of path) {
    const inner = child(bare(schema), key);
    if (!inner) return null;
    schema = inner;
  }
  return schema;
}

/** The hint of a key, looked up through `nullable`, `default` and the like. */
export function hintAt(path: Path): KeyHint {
  for (let schema = schemaAt(path); schema; schema = peel(schema)) {
    const hint = keyHints.get(schema);
    if (hint) return hint;
  }
  return {};
}

/** The keys that may stand in the group at `path`; empty where it is not a group with known keys. */
export function knownKeys(path: Path): string[] {
  const schema = schemaAt(path);
  const group = schema && bare(schema);
  return group instanceof z.ZodObject ? Object.keys(group.shape) : [];
}

/** Whether the key at `path` is a group of keys and may not be null. */
export function isSection(path: Path): boolean {
  for (let schema = schemaAt(path); schema; schema = peel(schema)) {
    if (schema instanceof z.ZodNullable) return false;
    if (schema instanceof z.ZodObject || schema instanceof z.ZodRecord) return true;
  }
  return false;
}

/** The dotted paths of all keys, groups included, list and record items left out. */
export function allKeyPaths(path: string[] = []): string[][] {
  return knownKeys(path).flatMap((key) => [[...path, key], ...allKeyPaths([...path, key])]);
}

function child(schema: z.ZodType, key: PropertyKey): z.ZodType | null {
  if (schema instanceof z.ZodObject)
    return Object.hasOwn(schema.shape, key) ? (schema.shape[String(key)] as z.ZodType) : null;
  if (schema instanceof z.ZodArray) return schema.element as z.ZodType;
  if (schema instanceof z.ZodRecord) return schema.valueType as z.ZodType;
  return null;
}

function bare(schema: z.ZodType): z.ZodType {
  let inner: z.ZodType | null = schema;
  for (let next = peel(inner); next; next = peel(inner)) inner = next;
  return inner;
}

function peel(schema: z.ZodType): z.ZodType | null {
  const wraps =
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodOptional;
  return wraps ? (schema.unwrap() as z.ZodType) : null;
}

/** The address of the database server that keeps everything; null where the file is all there is. */
export const databaseServer = ({ memory }: Pick<Config, 'memory'>): string | null =>
  memory.storage_type === 'sqlite' ? null : memory.url;
