import type { Socket } from 'node:net';
import type { Exchange } from '../cloud/http/http-exchange.ts';
import { ForeignLoginError, foreignLogin, loginWords } from '../cloud/http/proxy/proxy-login.ts';
import { openTunnel } from '../cloud/http/proxy/proxy-tunnel.ts';
import { untrustedCodes } from '../cloud/http/tls/certificate-faults.ts';
import { describeCause, errnoCode } from '../platform/errors.ts';
import { type Finding, type Found, fault, fine } from './check.ts';
import { authority, type Endpoint } from './endpoint.ts';
import { connectMilliseconds, type Open } from './reach.ts';

export type ProxyFacts = {
  readonly place: Endpoint;
  /** As deliveries send them. */
  readonly headers: Readonly<Record<string, string>>;
  /** Name and password are among them. */
  readonly hasLogin: boolean;
  /** What leads to it, within a sentence. */
  readonly setting: string;
};

/** An `https://` server: asks the proxy for a tunnel, as every delivery does. */
export async function checkTunnel(
  open: Open<Socket>,
  proxy: ProxyFacts,
  target: Endpoint,
  signal: AbortSignal,
): Promise<Found<Open<Socket>>> {
  const tunnel: Open<Socket> = async (later) =>
    openTunnel(await open(later), authority(target), proxy.headers, connectMilliseconds);
  try {
    const socket = await tunnel(signal);
    socket.on('error', () => undefined);
    socket.destroy();
    return { finding: through(proxy, target), value: tunnel };
  } catch (error) {
    const logins = error instanceof ForeignLoginError ? error.logins : null;
    return { finding: proxyFault(errnoCode(error) ?? '', describeCause(error), proxy, target, logins), value: null };
  }
}

/** An `http://` server: the proxy gets the whole address, and its own refusals are told from the server's answers. */
export function judgeForwarding(answer: Exchange, proxy: ProxyFacts, target: Endpoint): Found<true> {
  const refused = (code: string, technical: string, logins: string | null = null): Found<true> => ({
    finding: proxyFault(code, technical, proxy, target, logins),
    value: null,
  });
  if (answer.kind === 'aborted') return refused('', 'no answer');
  if (answer.kind === 'lost') return refused(certificateCode(answer.error), describeCause(answer.error));
  const isPage = !answer.body.trimStart().startsWith('{');
  const technical = `HTTP ${answer.status}`;
  if (answer.status === 407)
    return refused('ACUSIGHT_PROXY_AUTH', technical, foreignLogin(answer.headers['proxy-authenticate']));
  if (isPage && answer.status === 403) return refused('ACUSIGHT_PROXY_DENIED', technical);
  if (isPage && answer.status >= 502 && answer.status <= 504) return refused('ACUSIGHT_PROXY_UPSTREAM', technical);
  return { finding: through(proxy, target), value: true };
}

/** Deliveries wrap what is wrong with the connection to the proxy in a code of their own. */
function certificateCode(error: Error): string {
  const codes = [errnoCode(error), errnoCode(error.cause)];
  return codes.find((code) => code !== null && (code === 'ACUSIGHT_DISTRUSTED' || untrustedCodes.has(code))) ?? '';
}

const through = ({ place }: ProxyFacts, target: Endpoint): Finding =>
  fine(`The proxy ${authority(place)} lets us through to ${authority(target)}.`);

function proxyFault(
  code: string,
  technical: string,
  proxy: ProxyFacts,
  target: Endpoint,
  logins: string | null,
): Finding {
  const where = authority(proxy.place);
  if (logins !== null) {
    const { text, hint } = loginWords(logins);
    return fault(text.replace('The proxy', `The proxy ${where}`), hint, technical);
  }
  if (untrustedCodes.has(code)) {
    return fault(
      `This PC does not trust the authority that issued the certificate of the proxy ${where}.`,
      'Ask the network’s administrator for the certificate of that authority: put it in this PC’s certificate store, or name its file in cloud.tls.caFile.',
      technical,
    );
  }
  switch (code) {
    case 'ACUSIGHT_DISTRUSTED':
      return fault(
        `The certificate of the proxy ${where}, or that of an authority above it, is distrusted on this PC.`,
        'It is in the list of untrusted certificates of this PC’s certificate store. Ask the administrator of this PC why; the proxy may need another certificate.',
        technical,
      );
    case 'ACUSIGHT_PROXY_AUTH': {
      return proxy.hasLogin
        ? fault(
            `The proxy ${where} refuses the user name or the password.`,
            'Check cloud.proxy.username, and the password in ACUSIGHT_PROXY_PASSWORD or in the window.',
            technical,
          )
        : fault(
            `The proxy ${where} asks for a user name and a password.`,
            `Ask the network’s administrator for them. The name goes in cloud.proxy.username; the password is entered in the window or given as ACUSIGHT_PROXY_PASSWORD.${proxy.setting === 'cloud.proxy.url' ? '' : ' The proxy itself must be listed in cloud.proxy.loginAt.'}`,
            technical,
          );
    }
    case 'ACUSIGHT_PROXY_UPSTREAM':
      return fault(
        `The proxy ${where} can’t reach ${authority(target)}.`,
        'Check the address in the settings. If the server is in the plant, name it in cloud.proxy.noProxy.',
        technical,
      );
    case 'ACUSIGHT_PROXY_DENIED':
      return fault(
        `The proxy ${where} does not let us through to ${authority(target)}.`,
        'Ask the network’s administrator to allow this address and port, or name it in cloud.proxy.noProxy if it needs no proxy.',
        technical,
      );
    default:
      return fault(
        `What answers at ${where} is no HTTP proxy, or it broke off.`,
        `Check the address and port in ${proxy.setting}.`,
        technical,
      );
  }
}
