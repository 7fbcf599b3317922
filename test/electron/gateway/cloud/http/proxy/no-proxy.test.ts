import { describe, expect, test } from 'vitest';
import { noProxyOf } from '../../../../../../electron/gateway/cloud/http/proxy/no-proxy.ts';

const matches = (entry: string, url: string): boolean => noProxyOf([entry])(new URL(url));

describe('an entry of noProxy', () => {
  test.each([
    ['acusight.plant', 'https://acusight.plant/api', true],
    ['ACUSIGHT.Plant', 'https://acusight.plant/api', true],
    ['acusight.plant', 'https://acusight.plant./api', true],
    ['acusight.plant', 'https://a.acusight.plant/api', false],
    ['acusight.plant', 'https://myacusight.plant/api', false],
    ['.plant.local', 'https://acusight.plant.local/api', true],
    ['.plant.local', 'https://a.b.plant.local/api', true],
    ['*.plant.local', 'https://a.b.plant.local/api', true],
    ['.plant.local', 'https://plant.local/api', false],
    ['.plant.local', 'https://notplant.local/api', false],
    ['*', 'https://anything.example/', true],
    ['*', 'http://[::1]/', true],
    ['*.example', 'https://a.example.evil/', false],
  ])('%s for %s: %s', (entry, url, expected) => {
    expect(matches(entry, url)).toBe(expected);
  });

  test.each([
    ['10.0.0.5', 'http://10.0.0.5:8080/api', true],
    ['10.0.0.5', 'http://10.0.0.50:8080/api', false],
    ['10.0.0.0/8', 'http://10.200.3.4/', true],
    ['10.0.0.0/8', 'http://11.0.0.1/', false],
    ['192.168.4.0/22', 'http://192.168.7.255/', true],
    ['192.168.4.0/22', 'http://192.168.8.0/', false],
    ['0.0.0.0/0', 'http://8.8.8.8/', true],
    ['0.0.0.0/0', 'http://[::1]/', false],
    ['10.0.0.0/8', 'http://10.example/', false],
    ['fd00::/8', 'http://[fd12:3456::1]:9000/', true],
    ['fd00::/8', 'http://[fe80::1]/', false],
    ['fe80:0:0::1', 'http://[fe80::1]/', true],
    ['[fe80::1]', 'http://[fe80::1]:9000/', true],
    ['::1', 'http://[::1]:3000/', true],
  ])('%s for the address %s: %s', (entry, url, expected) => {
    expect(matches(entry, url)).toBe(expected);
  });

  test.each([
    ['acusight.plant:8080', 'http://acusight.plant:8080/api', true],
    ['acusight.plant:8080', 'http://acusight.plant/api', false],
    ['acusight.plant:443', 'https://acusight.plant/api', true],
    ['acusight.plant:80', 'http://acusight.plant/api', true],
    ['10.0.0.5:9000', 'http://10.0.0.5:9000/', true],
    ['10.0.0.5:9000', 'http://10.0.0.5:9001/', false],
    ['[fe80::1]:9000', 'http://[fe80::1]:9000/', true],
    ['[fe80::1]:9000', 'http://[fe80::1]:9001/', false],
    ['*:9000', 'http://anywhere:9000/', true],
    ['.plant.local:9000', 'http://s3.plant.local:9000/', true],
  ])('%s with a port, for %s: %s', (entry, url, expected) => {
    expect(matches(entry, url)).toBe(expected);
  });

  test.each(['', ' ', '/', '10.0.0.0/99', 'fd00::/129', '10.0.0/8', ':80', '[', '10.0.0.0/8/8', '.'])(
    'that makes no sense lets nothing past the proxy: %j',
    (entry) => {
      for (const url of ['http://10.0.0.5/', 'https://acusight.example/', 'http://[fd00::1]/']) {
        expect(matches(entry, url)).toBe(false);
      }
    },
  );
});

test('any entry that fits is enough, and none lets nothing past', () => {
  const around = noProxyOf(['10.0.0.0/8', ' .plant.local ']);
  expect(around(new URL('http://10.1.1.1'))).toBe(true);
  expect(around(new URL('http://a.plant.local'))).toBe(true);
  expect(around(new URL('http://acusight.io'))).toBe(false);
  expect(noProxyOf([])(new URL('http://localhost'))).toBe(false);
});
