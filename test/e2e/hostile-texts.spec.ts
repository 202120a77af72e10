import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from '@playwright/test';
import { expect, test } from './support/fixtures.ts';
import { untilWorked } from './support/product.ts';
import { open, type Screen, screens } from './support/screens.ts';

/** A stranger's server on this machine that nothing of ours may ever ask for anything. */
async function startStranger() {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.setHeader('access-control-allow-origin', '*').end();
  });
  server.on('upgrade', (request, socket) => {
    asked.push(`upgrade ${request.url}`);
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked, close: () => server.close() };
}

const run = 'window.ran=1';
const onEvents = [
  'onload',
  'onerror',
  'onfocus',
  'ontoggle',
  'onmouseover',
  'onanimationstart',
  'onbegin',
  'onpageshow',
];
const corpus = (host: string): string[] => [
  `<script>${run}</script>`,
  `<ScRiPt>${run}</sCrIpT>`,
  `<script src=//${host}/a.js></script>`,
  `"><script>${run}</script>`,
  `'"><img src=x onerror=${run}>`,
  `</title><script>${run}</script>`,
  `</textarea><script>${run}</script>`,
  `</style><script>${run}</script>`,
  `<!--<img src="--><img src=x onerror=${run}//">`,
  `<noscript><p title="</noscript><img src=x onerror=${run}>">`,
  ...onEvents.map((event) => `<svg ${event}=${run}>`),
  ...onEvents.map((event) => `<input autofocus ${event}="${run}">`),
  `<img src=http://${host}/img>`,
  `<img srcset="http://${host}/srcset 1x">`,
  `<picture><source srcset=http://${host}/picture><img></picture>`,
  `<video src=http://${host}/video autoplay poster=http://${host}/poster>`,
  `<audio src=http://${host}/audio autoplay>`,
  `<iframe src=http://${host}/frame>`,
  `<iframe srcdoc="<script>parent.ran=1</script>">`,
  `<object data=http://${host}/object>`,
  `<embed src=http://${host}/embed>`,
  `<link rel=stylesheet href=http://${host}/style>`,
  `<link rel=prefetch href=http://${host}/prefetch>`,
  `<meta http-equiv=refresh content="0;url=http://${host}/refresh">`,
  `<base href=http://${host}/>`,
  `<style>@import url(http://${host}/import);*{background:url(http://${host}/background)}</style>`,
  `<div style="background:url(http://${host}/div)">x</div>`,
  `<form action=http://${host}/form><button autofocus>send</button></form>`,
  `<a href="javascript:${run}">press</a>`,
  `<a href="http://${host}/link" ping=http://${host}/ping>press</a>`,
  `<math><maction actiontype=statusline xlink:href="javascript:${run}">x</maction></math>`,
  `<svg><use href="http://${host}/use#x"/></svg>`,
  `<svg><image href="http://${host}/image"/></svg>`,
  `<svg><script>${run}</script></svg>`,
  `<svg><foreignObject><iframe src="javascript:${run}"/></foreignObject></svg>`,
  `<template><script>${run}</script></template>`,
  `![picture](http://${host}/markdown)`,
  `[press](javascript:${run})`,
  `[press](data:text/html,<script>${run}</script>)`,
  `<http://${host}/autolink>`,
  `\`\`\`html\n<script>${run}</script>\n\`\`\``,
  `{{constructor.constructor('${run}')()}}`,
  `\${${run}}`,
  `%3Cscript%3E${run}%3C/script%3E`,
  `&lt;script&gt;${run}&lt;/script&gt;`,
  `\\u003cscript\\u003e${run}\\u003c/script\\u003e`,
  `＜script＞${run}＜/script＞`,
  `\u202e<script>${run}</script>`,
  `javascript:${run}`,
  `请在周五前把报告发给小李<img src=x onerror=${run}>`,
  `明天下午三点前<script>${run}</script>把发票寄给财务`,
  `会议室密码<iframe src=http://${host}/zh>已经换了`,
];

const screenNames = Object.keys(screens) as Screen[];

async function lookAround(page: Page): Promise<void> {
  for (const screen of screenNames) {
    await open(page, screen);
    if (screen === 'memory') await page.getByRole('searchbox').fill('script');
    for (const row of (await page.getByRole('main').getByRole('row').all()).slice(0, 3)) {
      await row.focus();
      await page.keyboard.press('Enter');
    }
    await page.mouse.move(500, 400);
    await page.mouse.wheel(0, 600);
  }
}

const ran = (page: Page) => page.evaluate(() => 'ran' in window);

test('texts made to run in the page are shown as they are, on every screen: no script runs and nothing is loaded', async ({
  page,
  house,
}) => {
  test.setTimeout(120_000);
  const stranger = await startStranger();
  const texts = corpus(stranger.host);
  expect(texts.length).toBeGreaterThanOrEqual(60);
  page.on('dialog', (dialog) => expect.soft(dialog.message(), 'a dialog').toBeUndefined());

  for (const [at, text] of texts.entries()) {
    const content = `Please send ${text} to Mei by Friday`;
    await house.post({
      sender_id: `${text} ${at}`.slice(0, 256),
      conversation_id: `room ${at % 3}`,
      external_id: text,
      content,
    });
    if (at % 10 === 0) await house.post({ sender_id: 'ana', conversation_id: text, content: `/remember ${text}` });
  }
  for (const text of texts) {
    await house.rest.tasks.create({ title: text, assignee: text.slice(0, 100), labels: [text.slice(0, 30)] });
    await house.rest.memories.create({ content: text, subject: text });
  }
  await untilWorked(house.rest);

  await lookAround(page);
  await open(page, 'chat');
  for (const room of ['room 0', 'room 1', 'room 2']) {
    await page
      .getByRole('button', { name: new RegExp(room) })
      .first()
      .click();
    await expect(page.getByText(run).first()).toBeAttached();
  }
  await open(page, 'board');
  await expect(page.getByText(`<script>${run}</script>`).first()).toBeAttached();
  expect(await ran(page)).toBe(false);
  expect(stranger.asked).toEqual([]);
  stranger.close();
});

test('nothing in an address moves the page to another server', async ({ page, house, watch }) => {
  // 401: the pairing code that cannot be read is refused.
  watch.expect(/status of 40[014]/);
  const stranger = await startStranger();
  const sockets: string[] = [];
  page.on('websocket', (socket) => sockets.push(new URL(socket.url()).host));
  const there = encodeURIComponent(`ws://${stranger.host}/rpc`);
  const links = [
    `/?gatewayUrl=${there}`,
    `/?gatewayUrl=${there}#/chat`,
    `/#/chat?gatewayUrl=${there}`,
    `/#gatewayUrl=${there}&token=stolen`,
    `/?gateway=${there}&server=${there}&url=${there}&host=${stranger.host}#/status`,
    `/?next=http://${stranger.host}/#/chat`,
    `/#/http://${stranger.host}/`,
    `/#//${stranger.host}/`,
    `/#token=stolen`,
    `/#pair=%E0%A4%A`,
  ];
  for (const link of links) {
    await page.goto('about:blank');
    await page.goto(house.url + link);
    await page.waitForLoadState('load');
    await page.waitForTimeout(150);
    expect(new URL(page.url()).host).toBe(new URL(house.url).host);
  }
  // Still signed in with its own token, and to its own server alone.
  await open(page, 'chat');
  expect(await page.evaluate(() => localStorage.getItem('clawdbot.token'))).toBe(house.token);
  expect(new Set(sockets)).toEqual(new Set([new URL(house.url).host]));
  expect(stranger.asked).toEqual([]);
  stranger.close();
});
