import type { Socket } from 'node:net';
import { type Message, message } from '../../../shared/messages/message.ts';
import type { Exchange } from '../cloud/http/http-exchange.ts';
import { amountOf, ForeignLoginError, foreignLogin, kindsOf } from '../cloud/http/proxy/proxy-login.ts';
import { openTunnel } from '../cloud/http/proxy/proxy-tunnel.ts';
import { untrustedCodes } from '../cloud/http/tls/certificate-faults.ts';
import { describeCause, errnoCode } from '../platform/errors.ts';
import { type Finding, type Found, finding } from './check.ts';
import { authority, type Endpoint } from './endpoint.ts';
import { connectMilliseconds, type Open } from './reach.ts';

export type ProxyFacts = {
  readonly place: Endpoint;
  /** As deliveries send them. */
  readonly headers: Readonly<Record<string, string>>;
  /** Name and password are among them. */
  readonly hasLogin: boolean;
  /** What leads to it. */
  readonly setting: Message;
  /** The settings of the gateway name it, not those of this PC or a script. */
  readonly isNamed: boolean;
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
    const fault = proxyFault(errnoCode(error) ?? '', proxy, target, logins);
    return { finding: finding(fault, describeCause(error)), value: null };
  }
}

/** An `http://` server: the proxy gets the whole address, and its own refusals are told from the server's answers. */
export function judgeForwarding(answer: Exchange, proxy: ProxyFacts, target: Endpoint): Found<true> {
  const refused = (code: string, technical: string, logins: readonly string[] | null = null): Found<true> => ({
    finding: finding(proxyFault(code, proxy, target, logins), technical),
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
  finding(message('check-proxy', { proxy: authority(place), target: authority(target) }));

function proxyFault(code: string, facts: ProxyFacts, to: Endpoint, logins: readonly string[] | null): Message {
  const proxy = authority(facts.place);
  const answered = answerOf(code, { proxy, target: authority(to) }, facts, logins);
  if (answered !== null) return message('check-fault', { what: answered });
  if (untrustedCodes.has(code)) return message('check-proxy-untrusted', { proxy });
  if (code === 'ACUSIGHT_DISTRUSTED') return message('check-proxy-distrusted', { proxy });
  return message('check-proxy-none', { proxy, setting: facts.setting });
}

/** What the proxy said, as deliveries are told it; here it is known which proxy that is. */
function answerOf(
  code: string,
  way: { readonly proxy: string; readonly target: string },
  { hasLogin, isNamed }: ProxyFacts,
  logins: readonly string[] | null,
): Message | null {
  const { proxy } = way;
  if (logins !== null)
    return message('proxy-login', { context: `named-${amountOf(logins)}`, proxy, ...kindsOf(logins) });
  switch (code) {
    case 'ACUSIGHT_PROXY_AUTH':
      return message('proxy-refused', { context: hasLogin ? 'wrong' : isNamed ? 'named' : 'found', proxy });
    case 'ACUSIGHT_PROXY_UPSTREAM':
      return message('proxy-upstream', { context: 'named', ...way });
    case 'ACUSIGHT_PROXY_DENIED':
      return message('proxy-denied', { context: 'named', ...way });
    default:
      return null;
  }
}
