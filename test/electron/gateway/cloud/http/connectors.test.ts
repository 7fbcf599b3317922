import { once } from 'node:events';
import { createServer as createPlain } from 'node:http';
import { createServer as createSecure } from 'node:https';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { systemLookup } from '../../../../../electron/gateway/cloud/http/address-race.ts';
import {
  directConnector,
  type ProxyPlace,
  tunnelConnector,
} from '../../../../../electron/gateway/cloud/http/connectors.ts';
import { certificatesIn } from '../../../../../electron/gateway/cloud/http/tls/certificates.ts';
import { trustedOf } from '../../../../../electron/gateway/cloud/http/tls/trust.ts';
import type { Trust } from '../../../../../electron/gateway/cloud/http/tls/trust-watch.ts';
import { authorityText } from '../../../../support/certificate-store.ts';
import { certificateAndKey, listen, secureServer } from '../../../../support/tls-server.ts';

/** What is left of connections that come to nothing. */

const plant = certificatesIn(Buffer.from(await authorityText('plant-ca'))).found;
const nothing = { authorities: [], intermediates: [], distrusted: [], isWhole: true } as const;
const facts = { place: null, authorities: 0, distrusted: 0, unusable: 0, fault: null };

/** A file of authorities that can be used so many times, and then no more. */
function trustFor(times: number): Trust {
  let left = times;
  return {
    current: async () => {
      left -= 1;
      if (left < 0) throw new Error('no file of authorities');
      return trustedOf(plant, { ...nothing, facts });
    },
    glance: () => undefined,
    doubt: () => undefined,
  };
}

const optionsFor = (trust: Trust, pinnedSha256: string | null = null) => ({
  timeout: 2_000,
  trust,
  pinnedSha256,
  lookup: systemLookup,
});
const server = (port: number) => ({
  hostname: 'localhost',
  host: `localhost:${port}`,
  protocol: 'https:',
  port: `${port}`,
});

/** A proxy that lets everybody through, and counts who came and who is still there. */
async function countingProxy(scheme: 'http' | 'https') {
  const proxy = scheme === 'http' ? createPlain() : createSecure(certificateAndKey('server'));
  const counted = { came: 0, there: 0 };
  proxy.on('connection', (socket) => {
    counted.came += 1;
    counted.there += 1;
    socket.once('close', () => {
      counted.there -= 1;
    });
  });
  proxy.on('connect', (incoming, socket) => {
    const far = connect(Number(new URL(`http://${incoming.url}`).port), '127.0.0.1');
    for (const end of [far, socket]) end.on('error', () => undefined);
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    far.pipe(socket).pipe(far);
  });
  const { port } = await listen(proxy);
  const place: ProxyPlace = { url: new URL(`${scheme}://localhost:${port}`), headers: {} };
  return { counted, place };
}

const tried = (connector: ReturnType<typeof directConnector>, options: Parameters<typeof connector>[0]) =>
  new Promise<string>((resolve) => {
    connector(options, (...[error, socket]) => {
      socket?.destroy();
      resolve(error === null ? 'connected' : error.message);
    });
  });

describe.each(['http', 'https'] as const)('a connection through an %s proxy', (scheme) => {
  test('is not begun without authorities to trust', async () => {
    const { port } = await secureServer('server');
    const { counted, place } = await countingProxy(scheme);
    const tunnel = tunnelConnector(optionsFor(trustFor(0)), place);
    for (let attempt = 0; attempt < 3; attempt += 1)
      expect(await tried(tunnel, server(port))).toContain('no file of authorities');
    expect(counted.came).toBe(0);
  });

  test('leaves none open where there is nothing to trust any more, or the certificate is wrong', async () => {
    const [right, wrong] = [await secureServer('server'), await secureServer('wrong-host')];
    const { counted, place } = await countingProxy(scheme);
    const before = scheme === 'http' ? 1 : 2;
    expect(await tried(tunnelConnector(optionsFor(trustFor(before)), place), server(right.port))).toBe(
      'no file of authorities',
    );
    expect(await tried(tunnelConnector(optionsFor(trustFor(9)), place), server(wrong.port))).toContain('altnames');
    await expect.poll(() => counted.there).toBe(0);
    expect(counted.came).toBe(2);
    expect(await tried(tunnelConnector(optionsFor(trustFor(9)), place), server(right.port))).toBe('connected');
  });
});

test('a pinned certificate needs no authorities behind a proxy', async () => {
  const { port } = await secureServer('server');
  const { counted, place } = await countingProxy('http');
  const pinned = optionsFor(trustFor(0), '0'.repeat(64));
  expect(await tried(tunnelConnector(pinned, place), server(port))).not.toContain('no file');
  expect(counted.came).toBe(1);
});

test('a socket that is handed on is ended where there is nothing to trust', async () => {
  const { port } = await secureServer('server');
  const httpSocket = connect(port, '127.0.0.1');
  await once(httpSocket, 'connect');
  expect(await tried(directConnector(optionsFor(trustFor(0))), { ...server(port), httpSocket })).toContain('no file');
  expect(httpSocket.destroyed).toBe(true);
});
