// The peer: Fastify as it comes, answering each JSON body with itself. Prints its address once it listens.
import Fastify from 'fastify';

const app = Fastify({ logger: false });
app.post('/api/messages', async (request) => request.body);
process.stdout.write(
  `${JSON.stringify({ url: await app.listen({ host: '127.0.0.1', port: 0 }), pid: process.pid })}\n`,
);
process.on('SIGTERM', () => void app.close().then(() => process.exit(0)));
