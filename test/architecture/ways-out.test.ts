import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isTest, readSources } from './sources.ts';
import { waysOut } from './ways-out.ts';

const root = join(import.meta.dirname, '../..');
const place = 'src-main/core/foundation/egress/';
/** A page calls the server it came from, which its content security policy holds it to. */
const page = 'src-renderer/api/';
/**
 * What the desktop asks for updates goes the way of Chromium's network, which knows the system's proxy; `foundation/egress`
 * calls without one. It is off unless somebody gave an address and a key, and nothing that comes is believed without the
 * publisher's signature (docs/adr/0018, docs/adr/0024).
 */
const updates = [
  "src-main/hosts/electron/updates/update-session.ts: uses session.fromPartition('updates', { cache: false }).fetch",
  'src-main/hosts/electron/updates/update-source.ts: imports electron-updater at run time',
];

/** The database server that a person named, by its clients; the certificate is checked there (docs/adr/0031). */
const databaseServer = [
  'src-main/core/store/server/connection.ts: imports pg at run time',
  'src-main/core/store/server/connection.ts: imports mysql2 at run time',
];

test('the product calls other machines in one place, its desktop also for updates, its store a database server, and a page only its own server', async () => {
  const sources = (await readSources(root, ['src-main', 'src-shared', 'src-renderer'])).filter((one) => !isTest(one));
  const elsewhere = sources.filter(({ path }) => !path.startsWith(place) && !path.startsWith(page));

  expect(elsewhere.flatMap(waysOut).map(({ path, what }) => `${path}: ${what}`)).toEqual([
    ...updates,
    ...databaseServer,
  ]);
  expect(sources.filter(({ path }) => path.startsWith(place)).flatMap(waysOut).length).toBeGreaterThan(0);
});

test.each([
  "await fetch('https://example.com');",
  'await globalThis.fetch(url);',
  'const send = fetch;',
  'createThing({ fetch });',
  'createThing({ send: fetch });',
  'const { fetch: send } = globalThis;',
  "import { request } from 'node:http';",
  "import { get as read } from 'https';",
  "import http from 'node:http';",
  "import * as https from 'node:https';",
  'http.request(url);',
  'https.get(url);',
  "process.getBuiltinModule('node:https').request(url);",
  "const { request } = process.getBuiltinModule('node:http');",
  "const http = process.getBuiltinModule('http');",
  "const { request: send } = process.getBuiltinModule(secure ? 'node:https' : 'node:http');",
  "import { connect } from 'node:http2';",
  "import { connect } from 'node:net';",
  "import { createConnection as dial } from 'node:net';",
  "import { Socket } from 'node:net';",
  'net.connect(80, host);',
  'net.request(url);',
  "import { connect } from 'node:tls';",
  'tls.connect({ host });',
  "import { createSocket } from 'node:dgram';",
  "import { fetch as other } from 'undici';",
  "import { Agent } from 'undici';",
  "const undici = await import('undici');",
  "const { autoUpdater } = (await import('electron-updater')).default;",
  "const { default: pg } = await import('pg');",
  "import { createPool } from 'mysql2/promise';",
  "const net = require('node:net');",
  "import { WebSocket } from 'ws';",
  "import WebSocket from 'ws';",
  "new WebSocket('wss://example.com');",
  'new globalThis.EventSource(url);',
  "export { request } from 'node:https';",
  'navigator.sendBeacon(url, text);',
])('another way out is found: %s', (text) => {
  expect(waysOut({ path: 'planted.ts', text }).length).toBeGreaterThan(0);
});

test.each([
  "import { createServer } from 'node:net';",
  "import { isIP } from 'node:net';",
  "import type { Socket } from 'node:net';",
  "import type { AppUpdater } from 'electron-updater';",
  "import { type ClientRequest } from 'node:http';",
  "import { WebSocketServer } from 'ws';",
  "import type { WebSocket } from 'ws';",
  "const { createServer } = process.getBuiltinModule('node:http');",
  "process.getBuiltinModule('node:https').createServer(options);",
  "const { STATUS_CODES } = process.getBuiltinModule('node:http');",
  'const request = readRequest();',
])('what only listens is left alone: %s', (text) => {
  expect(waysOut({ path: 'planted.ts', text })).toEqual([]);
});
