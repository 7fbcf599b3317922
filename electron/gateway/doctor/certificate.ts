import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect, type DetailedPeerCertificate, type SecureContext, type TLSSocket } from 'node:tls';
import type { TlsConfig } from '../../../shared/config.ts';
import { distrustFault, pinFault } from '../cloud/http/tls/certificate-faults.ts';
import type { Trusted } from '../cloud/http/tls/trust.ts';
import { describeCause, errnoCode } from '../platform/errors.ts';
import { type Finding, type Found, fault, fine, warning } from './check.ts';
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
  const finding = judge(socket, endpoint, trust, now);
  socket.destroy();
  return { finding, value: finding.state === 'fault' ? null : true };
}

function judge(socket: TLSSocket, endpoint: Endpoint, { settings, trusted }: Trust, now: number): Finding {
  const certificate = socket.getPeerCertificate(true);
  const issuer = nameOf(certificate.issuer);
  const fingerprint = (certificate.fingerprint256 ?? '').replaceAll(':', '').toLowerCase();
  const technical = [
    socket.getProtocol() ?? 'TLS',
    `subject ${nameOf(certificate.subject)}`,
    `names ${certificate.subjectaltname ?? 'none'}`,
    `issuer ${issuer}`,
    `valid ${certificate.valid_from} to ${certificate.valid_to}`,
    `SHA-256 ${fingerprint}`,
  ].join(', ');
  const pin = settings.pinnedSha256;
  if (pin !== undefined && pinFault(socket, pin) !== null) {
    return fault(
      `The server shows another certificate than the pinned one: ${fingerprint}.`,
      'If the server’s certificate was renewed, ask its administrator for the new fingerprint, compare it with this one, and put it in cloud.tls.pinnedSha256. If not, something else answers in its place.',
      technical,
    );
  }
  if (pin === undefined && !socket.authorized) {
    const reason = errnoCode(socket.authorizationError) ?? String(socket.authorizationError);
    return untrusted(reason, certificate, endpoint, settings, technical);
  }
  if (pin === undefined && distrustFault(socket, trusted.distrusted) !== null) {
    return fault(
      `The server’s certificate, issued by ${issuer}, or that of an authority above it is distrusted on this PC.`,
      'It is in the list of untrusted certificates of this PC’s certificate store. Ask the administrator of this PC why; the server may need another certificate.',
      technical,
    );
  }
  const how = pin === undefined ? `issued by ${issuer}` : 'the pinned one';
  const ends = Date.parse(certificate.valid_to);
  const days = Math.floor((ends - now) / day);
  const until = new Date(ends).toISOString().slice(0, 10);
  // A pinned certificate is trusted whatever its dates are.
  if (days >= warnDays || pin !== undefined)
    return fine(`${socket.getProtocol() ?? 'TLS'}; the certificate is ${how}, valid until ${until}.`, technical);
  return warning(
    `The server’s certificate, ${how}, ends in ${Math.max(0, days)} days, on ${until}.`,
    'Have it renewed in time: nothing is delivered from that day on.',
    technical,
  );
}

/** `reason`: Node's name of the verification error. */
function untrusted(
  reason: string,
  certificate: DetailedPeerCertificate,
  { host }: Endpoint,
  { caFile }: TlsConfig,
  details: string,
): Finding {
  const technical = `${reason}; ${details}`;
  if (reason === 'CERT_HAS_EXPIRED') {
    return fault(
      `The server’s certificate, or that of its authority, has expired (its own on ${certificate.valid_to}).`,
      'Have it renewed. If that day is not past yet, this PC’s clock is wrong: set it.',
      technical,
    );
  }
  if (reason === 'CERT_NOT_YET_VALID') {
    return fault(
      `The server’s certificate is valid only from ${certificate.valid_from} on.`,
      'Check this PC’s clock, then that of the server.',
      technical,
    );
  }
  if (reason === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return fault(
      `The server’s certificate is not made for ${host}, but for ${certificate.subjectaltname ?? nameOf(certificate.subject)}.`,
      'Use one of these names in the settings, or have the certificate renewed with this one.',
      technical,
    );
  }
  const issuer = nameOf(certificate.issuer);
  return fault(
    `This PC does not trust the authority that issued the server’s certificate: ${issuer}.`,
    caFile === undefined
      ? 'Ask the server’s administrator for the certificate of that authority as a PEM file, and name the file in cloud.tls.caFile, or have it put in this PC’s certificate store. A server behind Caddy keeps it in its storage as pki/authorities/local/root.crt.'
      : `${caFile} holds another authority. Ask the server’s administrator for the certificate of ${issuer}.`,
    technical,
  );
}

function handshakeFault({ port }: Endpoint, error: unknown): Finding {
  const code = errnoCode(error) ?? '';
  if (code.startsWith('ERR_SSL') || code === 'EPROTO') {
    return fault(
      'No encrypted connection can be made: the server does not speak TLS here, or only an outdated form of it.',
      `Check whether the address must begin with http:// instead of https://, and whether ${port} is the right port.`,
      describeCause(error),
    );
  }
  return fault(
    'The connection broke off while encryption was being agreed on.',
    'A firewall that looks into connections may be in the way: ask the network’s administrator. Otherwise check the server.',
    describeCause(error),
  );
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
function nameOf(names: Names | undefined): string {
  const part = [names?.CN, names?.O, names?.OU].flat().find((one) => one !== undefined && one !== '');
  return part === undefined ? 'nobody (it has no name)' : `“${part}”`;
}
