import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer as createSecure } from 'node:https';
import { connect, type Socket } from 'node:net';
import { certificateAndKey, listen } from './tls-server.ts';

export type ProxyWish = {
  /** The way to the proxy itself is encrypted, with the certificate `server`. */
  readonly secure?: boolean;
  /** `user:password` that it asks for. */
  readonly login?: string;
  /** What it says of the logins that it takes; Basic where it is not given. */
  readonly challenges?: readonly string[];
  /** Ports that it lets CONNECT through to, as proxies limit it; any where it is not given. */
  readonly connectPorts?: readonly number[];
  /** Answers every CONNECT with this status. */
  readonly refuse?: number;
  /** Addresses of names that only this proxy knows; servers are asked by them. */
  readonly hosts?: Readonly<Record<string, string>>;
  /** Takes a CONNECT and says nothing. */
  readonly silent?: boolean;
};

/** What it was asked: `CONNECT localhost:443`, `POST http://127.0.0.1:80/api/…`; `logins`: what it was told of each. */
export type TestProxy = { readonly url: string; readonly asked: string[]; readonly logins: (string | undefined)[] };

/** A small real forward proxy: CONNECT, and plain requests with the whole address. Ends with the test. */
export async function startProxy(wish: ProxyWish = {}): Promise<TestProxy> {
  const asked: string[] = [];
  const logins: (string | undefined)[] = [];
  const challenges = wish.challenges ?? ['Basic realm="plant"'];
  const expected = wish.login === undefined ? null : `Basic ${Buffer.from(wish.login).toString('base64')}`;
  const refused = ({ headers }: IncomingMessage): boolean =>
    expected !== null && headers['proxy-authorization'] !== expected;

  const forward = (incoming: IncomingMessage, response: ServerResponse): void => {
    asked.push(`${incoming.method} ${incoming.url}`);
    logins.push(incoming.headers['proxy-authorization']);
    if (refused(incoming)) {
      response.writeHead(407, { 'proxy-authenticate': [...challenges], 'content-type': 'text/html' });
      response.end('<html>log in</html>');
      return;
    }
    const { 'proxy-authorization': _mine, ...headers } = incoming.headers;
    const url = new URL(incoming.url ?? '');
    const known = wish.hosts?.[url.hostname];
    if (known !== undefined) {
      url.hostname = known;
      headers.host = url.host;
    }
    const outgoing = request(url, { method: incoming.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    outgoing.on('error', () => response.writeHead(502).end('bad gateway'));
    incoming.pipe(outgoing);
  };

  const tunnel = (incoming: IncomingMessage, socket: Socket): void => {
    asked.push(`CONNECT ${incoming.url}`);
    logins.push(incoming.headers['proxy-authorization']);
    socket.on('error', () => undefined);
    if (wish.silent === true) return;
    const say = (line: string, more = ''): void =>
      void socket.end(`HTTP/1.1 ${line}\r\n${more}Content-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>`);
    const login = challenges.map((challenge) => `Proxy-Authenticate: ${challenge}\r\n`).join('');
    if (refused(incoming)) return say('407 Proxy Authentication Required', login);
    if (wish.refuse !== undefined) return say(`${wish.refuse} Refused`);
    const { hostname, port } = new URL(`http://${incoming.url}`);
    if (wish.connectPorts?.includes(Number(port)) === false) return say('403 Forbidden');
    const far = connect(Number(port), wish.hosts?.[hostname] ?? hostname.replace(/^\[|\]$/g, ''));
    far.on('error', () => (far.bytesWritten === 0 && far.bytesRead === 0 ? say('502 Bad Gateway') : socket.destroy()));
    far.on('connect', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      far.pipe(socket);
      socket.pipe(far);
    });
    socket.on('close', () => far.destroy());
    far.on('close', () => socket.destroySoon());
  };

  const server = wish.secure === true ? createSecure(certificateAndKey('server'), forward) : createServer(forward);
  server.on('connect', tunnel);
  const { port } = await listen(server);
  return { url: `${wish.secure === true ? 'https' : 'http'}://localhost:${port}`, asked, logins };
}
