/** A test by the file it stands in and words of its title or group; every test that fits counts. */
export interface TestProof {
  test: string;
  title?: string;
}

/** A row of a benchmark, by the names that `npm run bench` prints. */
export interface BenchProof {
  bench: string;
  row: string;
}

export type Proof = TestProof | BenchProof;

/** One thing that must never happen, or must always, and what shows it. */
export interface Row {
  row: number;
  check: string;
  proofs: readonly Proof[];
}

const perimeter = (title: string): Proof => ({ test: 'test/integration/perimeter.test.ts', title });
const sockets = (title: string): Proof => ({ test: 'test/integration/sockets.test.ts', title });
const badDays = (title: string): Proof => ({ test: 'test/integration/bad-days.test.ts', title });
const crash = (title: string): Proof => ({ test: 'test/integration/crash.test.ts', title });
const conformance = (title: string): Proof => ({ test: 'test/integration/conformance.test.ts', title });
const config = (title: string): Proof => ({ test: 'src-main/core/settings/load-config.test.ts', title });
const stores = (title: string): Proof => ({ test: 'test/integration/stores.test.ts', title });
const store = (title: string): Proof => ({ test: 'src-main/core/store/sqlite/store.test.ts', title });
const egress = (title: string, file = 'egress'): Proof => ({
  test: `src-main/core/foundation/egress/${file}.test.ts`,
  title,
});
const browser = (title: string): Proof => ({ test: 'test/e2e/hostile-texts.spec.ts', title });
const checklist = (title: string): Proof => ({ test: 'test/desktop/checklist.test.ts', title });
const ports = (title: string): Proof => ({ test: 'test/desktop/ports.test.ts', title });
const packed = (title: string): Proof => ({ test: 'scripts/packing/packed.test.ts', title });
const supplyChain = (title: string): Proof => ({ test: 'scripts/packing/supply-chain.test.ts', title });
const damage = (title: string): Proof => ({ test: 'test/integration/damage.test.ts', title });
const migration = (title: string): Proof => ({ test: 'test/integration/migration.test.ts', title });
const bench = (name: string, row: string): Proof => ({ bench: name, row });

/** The catalogue: numbers stay, so that a row can be spoken of; rows are added, never renumbered. */
export const rows: readonly Row[] = [
  {
    row: 1,
    check: 'killed at random under load, nothing acknowledged is lost',
    proofs: [crash('killed five times under load'), bench('crash', 'kill -9: acknowledged and lost')],
  },
  {
    row: 2,
    check: 'after a power cut everything acknowledged is there',
    proofs: [crash('after three power cuts'), bench('crash', 'power cut: acknowledged and lost')],
  },
  {
    row: 3,
    check: 'after the plug of an ext4 is pulled everything acknowledged is there',
    proofs: [
      crash('after two power cuts of an ext4'),
      bench('crash', 'power cut of an ext4: acknowledged and lost'),
      bench('crash', 'control: power cut of an ext4 at NORMAL'),
    ],
  },
  {
    row: 4,
    check: 'the same rounds do find losses where they must',
    proofs: [crash('control:'), bench('crash', 'control')],
  },
  {
    row: 5,
    check: 'every open sets and reads back what durability rests on',
    proofs: [
      store('at full durability every open'),
      store('at normal durability every open'),
      store('the store opens at FULL'),
    ],
  },
  {
    row: 6,
    check: 'everything sent again after a crash has no second effect',
    proofs: [crash('killed five times under load'), stores('a message that comes again changes nothing')],
  },
  {
    row: 7,
    check: 'stopped at each step of a message, each effect is there exactly once',
    proofs: [{ test: 'test/integration/crash-steps.test.ts' }],
  },
  {
    row: 8,
    check: 'a text index that has parted from its rows is mended without being asked',
    proofs: [damage('a text index that has parted')],
  },
  {
    row: 9,
    check: 'a disk that is full at random moments',
    proofs: [
      { test: 'test/integration/disk-faults.test.ts', title: 'a disk that is full at 50 random moments' },
      badDays('a full disk refuses with 507'),
    ],
  },
  {
    row: 10,
    check: 'a write or an fsync that fails, once or for good',
    proofs: [{ test: 'test/integration/disk-faults.test.ts', title: 'a disk whose' }],
  },
  {
    row: 11,
    check: 'a migration cut off at any statement leaves the old schema or the new one, and a copy from before',
    proofs: [
      migration('cut off before any statement'),
      migration('killed for good'),
      migration('before a migration from version'),
    ],
  },
  {
    row: 12,
    check: 'an interrupted write of a file leaves the old one or the new one',
    proofs: [{ test: 'src-main/core/foundation/atomic-file.test.ts' }],
  },
  {
    row: 13,
    check: 'single bits turned over are found, and the damage is told',
    proofs: [
      damage('single bits turned over'),
      damage('a single damaged row'),
      { test: 'test/integration/keeper.test.ts' },
      damage('started over a damaged database'),
      bench('damage', 'single bits turned over: found'),
    ],
  },
  {
    row: 14,
    check: 'destroyed pages cost no more than 2 in 100 rows, and a report counts them',
    proofs: [
      damage('pages destroyed'),
      bench('damage', '1 page destroyed: rows back'),
      bench('damage', '5 pages destroyed: rows back'),
      bench('damage', '20 pages destroyed: rows back'),
    ],
  },
  { row: 15, check: 'a Host that is not ours', proofs: [perimeter('names this server is called by')] },
  {
    row: 16,
    check: 'a socket opened by a foreign page, or to a foreign server',
    proofs: [perimeter('pages that send a socket is refused'), browser('nothing in an address')],
  },
  {
    row: 17,
    check: 'a change sent by a foreign page',
    proofs: [perimeter('pages that send every route'), perimeter('pages that send what changes something')],
  },
  { row: 18, check: 'listening where others can reach it', proofs: [badDays('by default nothing but loopback')] },
  {
    row: 19,
    check: 'tokens that prove nothing, on every route',
    proofs: [
      perimeter('every way in that asks for a token'),
      { test: 'test/contract/roles.test.ts', title: 'through HTTP' },
    ],
  },
  {
    row: 20,
    check: 'a route that declares no access, schema or limit',
    proofs: [perimeter('the route table'), { test: 'test/contract/roles.test.ts' }],
  },
  {
    row: 21,
    check: 'a role that does more than its record says',
    proofs: [
      { test: 'test/contract/roles.test.ts' },
      { test: 'src-main/core/access/access.test.ts', title: 'the record decides the role' },
      { test: 'src-main/core/access/devices.test.ts', title: 'only when it holds that much' },
      { test: 'src-main/core/access/devices.test.ts', title: 'under the label and the role that were granted' },
    ],
  },
  {
    row: 22,
    check: 'a revoked token whose connections go on',
    proofs: [
      sockets('revoking its token'),
      sockets('a revoked peer'),
      { test: 'test/integration/web-lifecycle.test.ts', title: 'revoking a token' },
      { test: 'test/integration/revocation.test.ts' },
      { test: 'src-main/core/access/devices.test.ts', title: 'a code ends with the token of who granted it' },
      { test: 'test/e2e/devices.spec.ts', title: 'signed out within a second' },
      { test: 'test/e2e/devices.spec.ts', title: 'leaves this one signed in and nobody else' },
    ],
  },
  { row: 23, check: 'a token in a URL', proofs: [perimeter('tokens in addresses')] },
  {
    row: 24,
    check: 'guessing, from this machine too',
    proofs: [
      { test: 'src-main/core/access/access.test.ts', title: '1,000 guesses' },
      { test: 'src-main/core/access/access.test.ts', title: 'guessing at pairing codes' },
      { test: 'src-main/core/access/devices.test.ts', title: 'a granted code works once' },
      { test: 'src-main/core/foundation/address.test.ts' },
    ],
  },
  {
    row: 25,
    check: 'requests that a foreign form can make',
    proofs: [perimeter('requests that a foreign form can make')],
  },
  {
    row: 26,
    check: 'a channel without a secret; a signature that is none',
    proofs: [
      { test: 'src-main/core/ingest/signature.test.ts' },
      { test: 'src-main/core/ingest/channels/webhook/webhook-channel.test.ts' },
      conformance('row 4'),
    ],
  },
  {
    row: 27,
    check: 'a replay with a second effect',
    proofs: [
      { test: 'src-main/core/ingest/channels/webhook/webhook-channel.test.ts' },
      conformance('row 5'),
      conformance('row 6'),
    ],
  },
  {
    row: 28,
    check: 'a comparison of secrets whose time tells something',
    proofs: [{ test: 'test/architecture/secret-comparisons.test.ts' }, bench('signature-timing', 'a wrong signature')],
  },
  {
    row: 29,
    check: 'a sender who only looks like one who is listed',
    proofs: [{ test: 'test/integration/senders.test.ts' }, config('a list of senders')],
  },
  {
    row: 30,
    check: 'an address that leads inside, however it is written',
    proofs: [
      egress('somebody else wrote'),
      egress('the operator wrote'),
      egress('a redirect', 'redirect'),
      egress('leads to what is', 'reach'),
      egress('by the address that it carries', 'reach'),
    ],
  },
  {
    row: 31,
    check: 'a name that leads elsewhere after it was checked',
    proofs: [egress('leads elsewhere at the second look')],
  },
  { row: 32, check: 'another way out in the source', proofs: [{ test: 'test/architecture/ways-out.test.ts' }] },
  {
    row: 33,
    check: 'an archive that leads out of its folder, or unpacks to too much',
    proofs: [{ test: 'src-main/core/foundation/archive/archive.test.ts' }],
  },
  {
    row: 34,
    check: 'a name that leads out of where it may lead',
    proofs: [
      { test: 'test/integration/paths.test.ts' },
      { test: 'test/integration/diagnostics.test.ts', title: 'is not written to' },
    ],
  },
  {
    row: 49,
    check: 'a secret in a log, an answer, a frame or a file that is not its own',
    proofs: [
      { test: 'test/integration/canaries.test.ts' },
      { test: 'src-main/core/foundation/logger.test.ts', title: 'a secret is in no line' },
    ],
  },
  {
    row: 50,
    check: 'a file of the data folder that others may open',
    proofs: [{ test: 'test/integration/file-modes.test.ts' }],
  },
  {
    row: 54,
    check: 'a diagnostics bundle that tells of people or secrets',
    proofs: [{ test: 'test/integration/diagnostics.test.ts' }, { test: 'src-main/core/monitor/anonymous.test.ts' }],
  },
  {
    row: 55,
    check: 'traffic that nobody configured',
    proofs: [{ test: 'test/integration/no-traffic.test.ts' }],
  },
  {
    row: 57,
    check: 'messages accepted and durable, beside an echo',
    proofs: [bench('accept', 'accepted and durable, FULL')],
  },
  { row: 58, check: 'CPU for each message, beside an echo', proofs: [bench('accept', 'CPU for each message, FULL')] },
  {
    row: 59,
    check: 'sockets that do not prove themselves',
    proofs: [
      sockets('few sockets at a time'),
      sockets('silence instead of a token'),
      sockets('a first frame that never ends'),
    ],
  },
  { row: 60, check: 'bodies of strangers read before their token', proofs: [perimeter('whoever has no token')] },
  { row: 61, check: 'answers at a steady rate', proofs: [bench('open-loop', 'acknowledged at 1000/s, p99')] },
  {
    row: 62,
    check: 'a flood',
    proofs: [
      { test: 'test/integration/flood.test.ts' },
      bench('flood', 'accepted and lost'),
      bench('flood', 'answer p99'),
    ],
  },
  { row: 63, check: 'the main thread held up', proofs: [bench('open-loop', "main thread's loop delay at 1000/s")] },
  { row: 64, check: 'connections that take their time', proofs: [perimeter('connections that take their time')] },
  {
    row: 65,
    check: 'hostile bodies',
    proofs: [
      perimeter('bodies'),
      { test: 'src-main/core/foundation/strict-json.test.ts' },
      bench('hostile', 'slowest hostile body'),
    ],
  },
  {
    row: 66,
    check: 'texts that would forge or disturb the log',
    proofs: [
      { test: 'test/integration/log-injection.test.ts' },
      { test: 'src-main/core/foundation/logger.test.ts', title: 'one event is one line' },
    ],
  },
  {
    row: 67,
    check: 'requests made to confuse two readers',
    proofs: [
      perimeter('requests made to confuse two readers'),
      { test: 'test/integration/behind-proxy.test.ts', title: 'no request hides in another' },
    ],
  },
  {
    row: 68,
    check: 'keys that would change a prototype',
    proofs: [
      perimeter('bodies a body with a prototype'),
      perimeter('bodies a body with a constructor'),
      sockets('the RPC socket hostile meta data'),
      { test: 'src-main/core/foundation/strict-json.test.ts', title: 'a body with a prototype' },
    ],
  },
  {
    row: 69,
    check: 'a configuration made to do harm',
    proofs: [config('YAML that could do harm'), bench('hostile', 'slowest hostile configuration')],
  },
  {
    row: 70,
    check: 'a pattern written by somebody else, or a text that keeps one busy',
    proofs: [
      { test: 'test/architecture/patterns.test.ts' },
      bench('patterns', 'at the door'),
      bench('patterns', 'in the mind'),
      bench('patterns', 'twice the text'),
    ],
  },
  {
    row: 71,
    check: 'ten thousand sockets that say nothing',
    proofs: [
      { test: 'test/integration/many-sockets.test.ts' },
      bench('sockets', 'memory for each idle socket'),
      bench('sockets', 'CPU for all of them, idle'),
      bench('sockets', 'HTTP beside them, p99'),
    ],
  },
  {
    row: 72,
    check: 'no room for another open file',
    proofs: [{ test: 'test/integration/open-files.test.ts' }],
  },
  {
    row: 73,
    check: 'a clock that jumps, changes of the local clock, leap days',
    proofs: [{ test: 'test/integration/clock-jumps.test.ts' }],
  },
  {
    row: 85,
    check: 'a second instance or user, a folder that cannot be written, is on another machine or copied to one',
    proofs: [
      badDays('a second instance'),
      badDays('a data folder that cannot be written'),
      badDays('a data folder of another user'),
      badDays('a data folder that another program copies'),
      { test: 'src-main/core/settings/folder-place.test.ts' },
      { test: 'src-main/core/store/sqlite/folder-lock.test.ts' },
    ],
  },
  {
    row: 87,
    check: 'an update that its publisher did not sign, that is old, or that did not arrive whole',
    proofs: [
      { test: 'test/desktop/updates.test.ts', title: 'an update is refused' },
      { test: 'test/desktop/shell-updates.test.ts', title: 'a newer version' },
      { test: 'scripts/packing/sign-update.test.ts' },
      { test: 'scripts/packing/installers.test.ts', title: 'an update address' },
    ],
  },
  {
    row: 88,
    check: 'starts that crash one after another',
    proofs: [{ test: 'test/integration/safe-mode.test.ts' }, { test: 'src-main/hosts/shared/start-record.test.ts' }],
  },
  {
    row: 89,
    check: 'a port taken, a proxy, no network, a network that asks to sign in, a wrong clock',
    proofs: [
      { test: 'test/integration/surroundings.test.ts' },
      { test: 'test/desktop/start.test.ts', title: 'a port that is taken, on the desktop' },
      { test: 'test/e2e/notices.spec.ts' },
    ],
  },
  {
    row: 92,
    check: 'an end in order during work',
    proofs: [{ test: 'test/integration/quit.test.ts' }],
  },
  {
    row: 107,
    check: 'a window that is not closed as Electron’s own checklist asks',
    proofs: [checklist('item '), { test: 'test/architecture/desktop-walls.test.ts', title: 'what opens a window' }],
  },
  {
    row: 108,
    check: 'a page, a frame or a message that is not ours asking the main process',
    proofs: [ports('refused without a port'), ports('every channel'), ports('what is no frame of the protocol')],
  },
  { row: 109, check: 'a page with more than its one function', proofs: [ports('the preload script')] },
  {
    row: 110,
    check: 'a packaged program that runs what it was not packed with',
    proofs: [checklist('fuse '), packed('has its fuses as configured')],
  },
  {
    row: 111,
    check: 'texts made to run in the page',
    proofs: [browser('texts made to run')],
  },
  {
    row: 112,
    check: 'packages from elsewhere, without a checksum, or with a script of their own',
    proofs: [{ test: 'test/architecture/lockfile.test.ts' }],
  },
  {
    row: 113,
    check: 'a new package that is too young, of another licence, or not on the list of what is inside',
    proofs: [
      supplyChain('younger than a week'),
      supplyChain('licences'),
      supplyChain('the list of what is inside'),
      packed('brings its tray pictures, its licences and the list'),
    ],
  },
  {
    row: 116,
    check: 'a secret in the repository or in what is shipped',
    proofs: [{ test: 'scripts/packing/secrets.test.ts' }, packed('holds nothing that looks like a secret')],
  },
  {
    row: 121,
    check: 'messages that are not accounted for',
    proofs: [{ test: 'test/integration/conservation.test.ts' }],
  },
  {
    row: 128,
    check: 'a line changed in what lets people in, and no test notices',
    proofs: ['signature', 'policy', 'gate', 'token', 'desktop', 'archive', 'egress'].map((module) =>
      bench('mutation', module),
    ),
  },
  {
    row: 129,
    check: 'a public advisory, or a way in, without a test',
    proofs: [
      { test: 'test/architecture/advisories.test.ts', title: 'every advisory' },
      { test: 'test/architecture/threat-model.test.ts', title: 'the threat model lists' },
    ],
  },
];
