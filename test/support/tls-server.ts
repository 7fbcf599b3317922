import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createPlain, type RequestListener, type Server } from 'node:http';
import { createServer as createSecure } from 'node:https';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** Real TLS servers on loopback, with the certificates of `test/fixtures/tls`. */

export type CertificateName = 'server' | 'renewed' | 'wrong-host' | 'expired' | 'not-yet';

const file = (name: string): string => fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url));

/** Files of certificate authorities: `plant-ca` signed all the servers' certificates. */
export const authority = (name: 'plant-ca' | 'other-ca'): string => file(`${name}.crt`);
export const certificate = (name: CertificateName): string => readFileSync(file(`${name}.crt`), 'latin1');
export const certificateAndKey = (name: CertificateName) => ({
  cert: certificate(name),
  key: readFileSync(file(`${name}.key`), 'latin1'),
});

export const answerJson: RequestListener = (request, response) => {
  request.resume();
  request.on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{"success":true,"data":{}}');
  });
};

export type TestServer = { readonly server: Server; readonly port: number };

/** Listens on a free port until the test ends; `host` may be `::1`. */
export async function listen(server: Server, host = '127.0.0.1'): Promise<TestServer> {
  server.listen(0, host);
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { server, port: (server.address() as AddressInfo).port };
}

export const secureServer = (
  name: CertificateName,
  listener: RequestListener = answerJson,
  host?: string,
): Promise<TestServer> => listen(createSecure(certificateAndKey(name), listener), host);

export const plainServer = (listener: RequestListener = answerJson, host?: string): Promise<TestServer> =>
  listen(createPlain(listener), host);
