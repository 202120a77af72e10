import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pageAddressOf, readDeepLink } from '../../src-main/hosts/electron/deep-link.ts';
import { readStartOptions, readStartRequest } from '../../src-main/hosts/electron/desktop-arguments.ts';
import { openTestDesktop, settle } from '../fakes/electron/desktop.ts';

describe('a deep link', () => {
  test.each([
    ['clawdbot://chat', 'app://clawdbot/#/chat'],
    ['clawdbot://board', 'app://clawdbot/#/todos'],
    ['clawdbot://board/', 'app://clawdbot/#/todos'],
    ['clawdbot://memory', 'app://clawdbot/#/memory'],
    ['clawdbot://task/01J8ZQ', 'app://clawdbot/#/todos?task=01J8ZQ'],
    ['clawdbot://conversation/chat:main', 'app://clawdbot/#/chat?conversation=chat%3Amain'],
    [
      'clawdbot://conversation/webhook:%E8%80%81%E7%8E%8B',
      'app://clawdbot/#/chat?conversation=webhook%3A%E8%80%81%E7%8E%8B',
    ],
  ])('%s opens a place', (link, address) => {
    const place = readDeepLink(link);
    expect(place && pageAddressOf(place)).toBe(address);
  });

  test.each([
    'clawdbot://board?gatewayUrl=wss://evil.example',
    'clawdbot://chat?token=abc',
    'clawdbot://chat#token=abc',
    'clawdbot://user:secret@chat',
    'clawdbot://chat:8000',
    'clawdbot://connect/evil.example',
    'clawdbot://task/../../settings',
    'clawdbot://task/a/%2E%2e/b',
    'clawdbot://task/a?add=1',
    'clawdbot://task/',
    'clawdbot://task/a%00b',
    'clawdbot://task/%E0%A4%A',
    'clawdbot://conversation/nochannel',
    'clawdbot://conversation/chat:a%0Ab',
    'clawdbot:chat',
    'clawdbot:///chat',
    'Clawdbot://chat',
    'https://chat',
    `clawdbot://task/${'a'.repeat(2000)}`,
    '',
  ])('%s is ignored', (link) => {
    expect(readDeepLink(link)).toBeNull();
  });

  test.each([
    'clawdbot://chat/01J8ZQ',
    'clawdbot://board/a',
    'clawdbot://memory/..',
    'clawdbot://memory/%2e',
    'clawdbot://task/a/.',
    'clawdbot://task/a//',
    'clawdbot://task//a',
    'clawdbot://task/a/b',
    'clawdbot://conversation//chat:main',
    'clawdbot://conversation/chat/:main',
    'clawdbot://conversation/Chat:main',
    'clawdbot://conversation/-chat:main',
    'clawdbot://conversation/%E0%A4%A',
    'clawdbot://conversation/chat:',
    `clawdbot://conversation/${'c'.repeat(33)}:main`,
    `clawdbot://conversation/chat:${'a'.repeat(257)}`,
    `clawdbot://task/${'a'.repeat(65)}`,
    `clawdbot://conversation/chat:${'%C3%A9'.repeat(170)}`,
  ])('%s opens nothing: it is not exactly one of the known links', (link) => {
    expect(readDeepLink(link)).toBeNull();
  });

  test('may be as long as its parts allow: 1,024 characters of link, 64 of a todo, 256 of a conversation', () => {
    const id = 'a'.repeat(64);
    expect(readDeepLink(`clawdbot://task/${id}`)).toEqual({ screen: 'task', id });
    const conversation = `${'c'.repeat(32)}:${'a'.repeat(256)}`;
    expect(readDeepLink(`clawdbot://conversation/${conversation}`)).toEqual({
      screen: 'conversation',
      id: conversation,
    });
    const start = 'clawdbot://conversation/chat:';
    const longest = `${start}${'%C3%A9'.repeat(165)}${'a'.repeat(1024 - start.length - 165 * 6)}`;
    expect(longest).toHaveLength(1024);
    expect(readDeepLink(longest)?.screen).toBe('conversation');
    expect(readDeepLink(`${longest}a`)).toBeNull();
  });

  test('whatever it says, it leads into our own page and carries no address, no token and no command there', () => {
    const word = fc.constantFrom(
      'gatewayUrl=ws%3A%2F%2Fevil.example',
      'token=canary',
      'url=//evil.example',
      'evil.example',
      '#',
      '?',
      '&',
      '/',
      '\\\\',
      '@',
      ':',
      '%23',
      '%3F',
      '%26token%3Dcanary',
      '%2F%2Fevil.example',
      'chat',
      'task',
      'conversation',
      'chat:main',
      'a',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (words) => {
        const place = readDeepLink(`clawdbot://${words.join('')}`);
        if (!place) return;
        const address = new URL(pageAddressOf(place));
        expect(address.protocol + address.host + address.pathname + address.search).toBe('app:clawdbot/');
        const [route = '', query = ''] = address.hash.slice(1).split('?');
        expect(['/chat', '/todos', '/memory']).toContain(route);
        const names = [...new URLSearchParams(query).keys()];
        expect(names.every((name) => name === 'task' || name === 'conversation')).toBe(true);
        expect(names.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 20_000 },
    );
  });

  test('opens the main window there, and an unknown one opens nothing and is logged without its text', async () => {
    const { fake, desktop, logs } = await openTestDesktop();
    desktop.handleLink('clawdbot://chat?token=very-secret');
    await settle();
    expect(fake.windows).toHaveLength(0);
    expect(logs.at(-1)).toEqual({ event: 'desktop.link_ignored', fields: {} });
    desktop.handleLink('clawdbot://task/01J8ZQ');
    await settle();
    expect(fake.windows[0]?.fakeLoaded).toEqual(['app://clawdbot/#/todos?task=01J8ZQ']);
    expect(fake.windows[0]?.isVisible()).toBe(true);
  });
});

describe('a command line', () => {
  test('asks for what it names, and for nothing else', () => {
    const argv = [
      'clawdbot',
      '--no-sandbox',
      '--toggle',
      '--remote-debugging-port=1',
      'clawdbot://board',
      'clawdbot://chat',
    ];
    expect(readStartRequest(argv)).toEqual({ toggle: true, link: { screen: 'board' } });
    expect(readStartRequest(['clawdbot', 'clawdbot://chat?token=a', '/tmp/file'])).toEqual({
      toggle: false,
      link: null,
    });
  });

  test('is only looked at so far, and only at words of a sane length', () => {
    expect(readStartRequest(['clawdbot', ...Array<string>(100).fill('x'), '--toggle']).toggle).toBe(false);
    expect(readStartRequest(['clawdbot', `clawdbot://chat${'/'.repeat(100_000)}`]).link).toBeNull();
  });

  test('names the folder, the configuration and the ports as the headless program does', () => {
    const options = readStartOptions([
      'clawdbot',
      '--hidden',
      '--data=/tmp/a',
      '--port',
      '0',
      '--host',
      '--config',
      '/b',
    ]);
    expect(options).toEqual({ hidden: true, safeMode: false, data: '/tmp/a', port: 0, host: undefined, config: '/b' });
    expect(() => readStartOptions(['clawdbot', '--port', 'many'])).toThrow(/number from 0 to 65535/);
  });
});
