import { expect, test } from 'vitest';
import { parseAddress } from './address.ts';

test.each([
  [
    'postgres://ana:p%40ss@db.example/desk',
    { kind: 'postgresql', host: 'db.example', port: 5432, password: 'p@ss', database: 'desk' },
  ],
  ['postgresql://ana@db.example:6432/desk', { kind: 'postgresql', port: 6432, password: '' }],
  ['mysql://ana:x@db.example/desk', { kind: 'mysql', port: 3306 }],
  ['mariadb://ana:x@[2001:db8::1]:3307/desk?sslmode=disable', { kind: 'mysql', host: '2001:db8::1', port: 3307 }],
])('%s is read', (text, expected) => {
  expect(parseAddress(text)).toMatchObject({ user: 'ana', ...expected });
});

test.each([
  ['postgresql://a:b@db.example/x', { ca: undefined }],
  ['postgresql://a:b@10.0.0.5/x', { ca: undefined }],
  ['postgresql://a:b@localhost/x', null],
  ['mysql://a:b@127.0.0.1/x', null],
  ['mysql://a:b@localhost/x?sslmode=verify-full', { ca: undefined }],
  ['mysql://a:b@db.example/x?sslmode=disable', null],
  ['postgresql://a:b@localhost/x?sslmode=prefer', null],
  ['postgresql://a:b@db.example/x?sslmode=prefer', { ca: undefined }],
  ['postgresql://a:b@localhost/x?sslmode=require', { ca: undefined }],
])('%s is spoken to by TLS unless it is this machine or somebody says so', (text, tls) => {
  expect(parseAddress(text).tls).toEqual(tls);
});

test.each([
  ['db.example/desk', 'expected postgresql://'],
  ['sqlite:///tmp/hunter2', 'expected postgresql://'],
  ['postgresql://a:hunter2@db.example', 'no database'],
  ['postgresql://a:hunter2@db.example/x/y', 'no database'],
  ['postgresql:///x', 'no host'],
  ['mysql://a:hunter2@10.0.0.5/x', 'the name in its certificate'],
  ['postgresql://a:hunt%@db.example/x', '%25'],
  ['postgresql://a:hunter2@db.example/x?sslmode=maybe', 'verify-full or disable'],
  ['postgresql://a:hunter2@db.example/x?hunter=1', 'the option hunter'],
  ['postgresql://a:hunter2@db.example/x?sslrootcert=/not/there.pem', '/not/there.pem cannot be read'],
])('%s is refused without its password', (text, expected) => {
  const refusal = (() => {
    try {
      parseAddress(text);
    } catch (error) {
      return error as Error;
    }
    return null;
  })();
  expect(refusal).toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining(expected) });
  expect(refusal?.message).not.toContain('hunter2');
});

test('the name for sentences holds neither user nor password', () => {
  expect(parseAddress('mysql://ana:hunter2@db.example/desk').name).toBe('mysql://db.example:3306/desk');
});
