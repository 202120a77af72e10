// The whole way of a notice: what happens in the product reaches the host, which here writes down what it would show.
import { afterEach, expect, test, vi } from 'vitest';
import { type Product, startProduct, webhookSecret } from '../fakes/product.ts';
import { createSender } from '../fakes/signed-load.ts';

let product: Product | undefined;
afterEach(async () => {
  await product?.stop();
  product = undefined;
});

async function start(config: Record<string, Record<string, unknown>> = {}): Promise<Product> {
  product = await startProduct({ config: { ...config, app: { locale: 'en', ...config['app'] } } });
  return product;
}

async function send({ url }: Product, content: string): Promise<void> {
  const sender = createSender(url, webhookSecret, 1);
  await sender.send({ sender_id: 'ana', external_id: content, content });
  sender.close();
}

const noticesIn = ({ logs }: Product): string[] =>
  [...logs().matchAll(/"msg":"host\.notice"[^\n]*"title":"([^"]+)"|"title":"([^"]+)"[^\n]*"msg":"host\.notice"/g)].map(
    ([, one, other]) => one ?? other ?? '',
  );

test('a todo that a message asks for is told of, and the log says no more than that', async () => {
  const running = await start();
  await send(running, 'Please send the report to Lee by Friday.');
  await vi.waitFor(() => expect(noticesIn(running)).toContain('Suggested todo'), 10_000);
  expect(running.logs()).not.toContain('the report');
});

test('who wants no notices has none', async () => {
  const running = await start({ app: { notices: false } });
  await send(running, 'Please send the report to Lee by Friday.');
  const tasks = async () =>
    fetch(`${running.url}/api/v1/tasks`, { headers: { authorization: `Bearer ${running.token}` } }).then(
      async (answer) => ((await answer.json()) as { items: unknown[] }).items.length,
    );
  await vi.waitFor(async () => expect(await tasks()).toBe(1), 10_000);
  // As long as a notice would have taken.
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(noticesIn(running)).toEqual([]);
});
