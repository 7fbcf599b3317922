import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect, type DetailedPeerCertificate, type SecureContext, type TLSSocket } from 'node:tls';
import type { TlsConfig } from '../../../shared/config.ts';
import { type Message, message } from '../../../shared/messages/message.ts';
import { distrustFault, pinFault } from '../cloud/http/tls/certificate-faults.ts';
import type { Trusted } from '../cloud/http/tls/trust.ts';
import { describeCause, errnoCode } from '../platform/errors.ts';
import { type Finding, type Found, finding, isFault } from './check.ts';
import type { Endpoint } from './endpoint.ts';
import type { Open } from './reach.ts';

/** What a connection trusts: as deliveries do. */
export type Trust = {
  readonly trusted: Trusted;
  readonly settings: TlsConfig;
};

const warnDays = 30;
const day = 86_400_000;

/** Shakes hands, looks at the certificate, says who issued it, and hangs up: nothing is sent. */
export async function checkCertificate(
  open: Open<Duplex>,
  endpoint: Endpoint,
  trust: Trust,
  now: number,
  signal: AbortSignal,
): Promise<Found<true>> {
  let socket: TLSSocket;
  try {
    socket = await shakeHands(await open(signal), endpoint, trust.trusted.context, false, signal);
  } catch (error) {
    return { finding: handshakeFault(endpoint, error), value: null };
  }
  const found = judge(socket, endpoint, trust, now);
  socket.destroy();
  return { finding: found, value: isFault(found) ? null : true };
}

function judge(socket: TLSSocket, endpoint: Endpoint, { settings, trusted }: Trust, now: number): Finding {
  const certificate = socket.getPeerCertificate(true);
  const issuer = issuerOf(certificate.issuer);
  const protocol = socket.getProtocol() ?? 'TLS';
  const fingerprint = (certificate.fingerprint256 ?? '').replaceAll(':', '').toLowerCase();
  const technical = [
    protocol,
    `subject ${nameOf(certificate.subject)}`,
    `names ${certificate.subjectaltname ?? 'none'}`,
    `issuer ${nameOf(certificate.issuer)}`,
    `valid ${certificate.valid_from} to ${certificate.valid_to}`,
    `SHA-256 ${fingerprint}`,
  ].join(', ');
  const pin = settings.pinnedSha256;
  if (pin !== undefined && pinFault(socket, pin) !== null)
    return finding(message('check-certificate-not-pinned', { fingerprint }), technical);
  if (pin === undefined && !socket.authorized) {
    const reason = errnoCode(socket.authorizationError) ?? String(socket.authorizationError);
    return finding(untrusted(reason, certificate, endpoint, settings), `${reason}; ${technical}`);
  }
  if (pin === undefined && distrustFault(socket, trusted.distrusted) !== null)
    return finding(message('check-certificate-distrusted', { issuer }), technical);
  const how = pin === undefined ? message('check-certificate-issued', { issuer }) : message('check-certificate-pinned');
  const ends = Date.parse(certificate.valid_to);
  const days = Math.floor((ends - now) / day);
  const until = new Date(ends).toISOString().slice(0, 10);
  // A pinned certificate is trusted whatever its dates are.
  if (days >= warnDays || pin !== undefined)
    return finding(message('check-tls', { protocol, certificate: how, until }), technical);
  const count = Math.max(0, days);
  return finding(message('check-certificate-ends', { certificate: how, count, until }), technical);
}

/** `reason`: Node's name of the verification error. */
function untrusted(
  reason: string,
  { valid_from: from, valid_to: on, subjectaltname, subject, issuer }: DetailedPeerCertificate,
  { host }: Endpoint,
  { caFile }: TlsConfig,
): Message {
  if (reason === 'CERT_HAS_EXPIRED') return message('check-certificate-expired', { on });
  if (reason === 'CERT_NOT_YET_VALID') return message('check-certificate-too-early', { from });
  if (reason === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const names = subjectaltname ?? firstName(subject);
    const context = names === undefined ? 'nameless' : 'named';
    return message('check-certificate-of-others', { context, host, names: names ?? '' });
  }
  return message('check-issuer-untrusted', {
    context: caFile === undefined ? 'no-file' : 'other-file',
    issuer: issuerOf(issuer),
    file: caFile ?? '',
  });
}

function handshakeFault({ port }: Endpoint, error: unknown): Finding {
  const code = errnoCode(error) ?? '';
  const found =
    code.startsWith('ERR_SSL') || code === 'EPROTO'
      ? message('check-tls-not-spoken', { port: String(port) })
      : message('check-tls-broke-off');
  return finding(found, describeCause(error));
}

/** Rejects when the handshake fails, and, with `strictly`, when the certificate is not trusted. */
export function shakeHands(
  socket: Duplex,
  { host }: Endpoint,
  authorities: SecureContext | null,
  strictly: boolean,
  signal: AbortSignal,
): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const encrypted = connect({
      socket,
      host,
      servername: isIP(host) === 0 ? host : '',
      rejectUnauthorized: strictly,
      ALPNProtocols: ['http/1.1'],
      ...(authorities === null ? {} : { secureContext: authorities }),
    });
    const fail = (error: Error): void => {
      signal.removeEventListener('abort', onAbort);
      encrypted.destroy();
      socket.destroy();
      reject(error);
    };
    const onAbort = (): void => fail(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' }));
    // Stays: an error without a listener would end the program.
    encrypted.on('error', fail);
    encrypted.once('close', () => fail(new Error('the connection was closed')));
    encrypted.once('secureConnect', () => {
      signal.removeEventListener('abort', onAbort);
      resolve(encrypted);
    });
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

type Names = DetailedPeerCertificate['issuer'];

/** Names of certificates have several parts, each of which may be given more than once. */
const firstName = (names: Names | undefined): string | undefined =>
  [names?.CN, names?.O, names?.OU].flat().find((one) => one !== undefined && one !== '');

const nameOf = (names: Names | undefined): string => firstName(names) ?? 'no name';

function issuerOf(names: Names | undefined): Message {
  const issuer = firstName(names);
  return message('check-issuer', { context: issuer === undefined ? 'nameless' : 'named', issuer: issuer ?? '' });
}
