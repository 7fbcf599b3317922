import { expect, test } from 'vitest';
import { isThisPc, keyOf, routesOf } from '../../../../../../electron/gateway/cloud/http/proxy/proxy-routes.ts';

const read = (list: string) => {
  const { routes, foreign } = routesOf(list);
  return { routes: routes.map(keyOf), foreign };
};

test.each([
  ['DIRECT', ['DIRECT']],
  ['PROXY a:3128', ['http://a:3128']],
  [' proxy a:3128 ;  HTTPS b:443;DIRECT ', ['http://a:3128', 'https://b', 'DIRECT']],
  ['HTTP a:8080; PROXY a:8080; DIRECT; DIRECT', ['http://a:8080', 'DIRECT']],
  ['PROXY a', ['http://a']],
  ['PROXY [fd00::1]:3128', ['http://[fd00::1]:3128']],
])('what a script answers is read: %s', (list, routes) => {
  expect(read(list)).toEqual({ routes, foreign: [] });
});

test('proxies of other kinds are left out and named', () => {
  expect(read('SOCKS5 s:1080; PROXY a:3128; SOCKS s:1080; QUIC q:443')).toEqual({
    routes: ['http://a:3128'],
    foreign: ['SOCKS5', 'SOCKS', 'QUIC'],
  });
});

test.each(['', ';;', 'PROXY', 'PROXY a b:1', 'PROXY user:pass@a:1', 'PROXY a:99999', 'PROXY a/b', '<html>', '{"a":1}'])(
  'what is no answer is no way: %j',
  (list) => {
    expect(read(list).routes).toEqual(list === 'PROXY a b:1' ? ['http://a'] : []);
  },
);

test.each([
  ['http://localhost:8080', true],
  ['https://api.localhost', true],
  ['http://127.8.9.1', true],
  ['https://[::1]:8443', true],
  ['https://localhost.plant.local', false],
  ['http://10.0.0.5', false],
  ['https://128.0.0.1', false],
])('servers on this PC are known as such: %s', (url, expected) => {
  expect(isThisPc(new URL(url))).toBe(expected);
});
