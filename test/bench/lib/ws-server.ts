// The peer: ws as its own guide shows it, with its heartbeat, and nothing behind it. Prints its address once it listens.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

const heartbeatMs = 30_000;
const server = createServer((_request, response) => response.end('{"status":"up"}'));
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
const alive = new Map<WebSocket, boolean>();
sockets.on('connection', (socket) => {
  alive.set(socket, true);
  socket.on('error', () => socket.terminate());
  socket.on('message', () => {});
  socket.on('pong', () => alive.set(socket, true));
  socket.on('close', () => alive.delete(socket));
});
setInterval(() => {
  for (const [socket, isAlive] of alive) {
    if (!isAlive) socket.terminate();
    alive.set(socket, false);
    socket.ping();
  }
}, heartbeatMs);
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}`, pid: process.pid })}\n`);
});
process.on('SIGTERM', () => process.exit(0));
