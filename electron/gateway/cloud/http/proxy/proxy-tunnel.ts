import { request } from 'node:http';
import type { Socket } from 'node:net';
import { CodedError } from '../coded-error.ts';
import { ForeignLoginError, foreignLogin } from './proxy-login.ts';

/**
 * Asks a proxy to pass a connection through (RFC 9110, 9.3.6). `authority` is `host:port`. Resolves to the socket,
 * which from then on leads to the server; rejects in the proxy's words.
 */
export function openTunnel(
  socket: Socket,
  authority: string,
  headers: Readonly<Record<string, string>>,
  timeoutMilliseconds: number,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const fail = (error: CodedError): void => {
      clearTimeout(timer);
      // Whatever the socket still has to say is no news.
      socket.on('error', () => undefined);
      socket.destroy();
      reject(error);
    };
    const timer = setTimeout(
      () => fail(new CodedError('ACUSIGHT_PROXY_LOST', 'no answer to CONNECT', silence(timeoutMilliseconds))),
      timeoutMilliseconds,
    );
    const asking = request({
      method: 'CONNECT',
      path: authority,
      headers: { host: authority, ...headers },
      setHost: false,
      createConnection: () => socket,
    });
    asking.on('error', (error) => fail(new CodedError('ACUSIGHT_PROXY_LOST', 'the proxy broke off', error)));
    asking.on('connect', ({ statusCode = 0, statusMessage = '', headers: told }, tunnel: Socket, early) => {
      if (statusCode < 200 || statusCode > 299)
        return fail(refusal(statusCode, statusMessage, foreignLogin(told['proxy-authenticate'])));
      clearTimeout(timer);
      if (early.length > 0) tunnel.unshift(early);
      resolve(tunnel);
    });
    asking.end();
  });
}

const silence = (milliseconds: number): CodedError =>
  new CodedError('ACUSIGHT_SILENCE', `no answer for ${milliseconds} ms`);

function refusal(status: number, words: string, logins: readonly string[] | null): CodedError {
  const message = `the proxy answered CONNECT with ${status} ${words}`.trim();
  if (status === 407 && logins !== null) return new ForeignLoginError(message, logins);
  // 401: tinyproxy's answer to a wrong password.
  if (status === 407 || status === 401) return new CodedError('ACUSIGHT_PROXY_AUTH', message);
  return new CodedError(status >= 500 ? 'ACUSIGHT_PROXY_UPSTREAM' : 'ACUSIGHT_PROXY_DENIED', message);
}
