import { CodedError } from '../coded-error.ts';

/** Logins at a proxy. This gateway gives a user name and a password (Basic, RFC 7617); some proxies take only others. */

/** The kinds of login that a proxy takes, where none of them is ours: `NTLM`, `Negotiate or NTLM`. */
export function foreignLogin(challenge: string | undefined): string | null {
  if (challenge === undefined) return null;
  const schemes = challenge
    .replace(/"(?:[^"\\]|\\.)*"/g, '')
    .split(',')
    .flatMap((part) => /^\s*([A-Za-z][\w-]*)(?=\s|$)(?!\s*=)/.exec(part)?.[1] ?? []);
  if (schemes.length === 0 || schemes.some((scheme) => scheme.toLowerCase() === 'basic')) return null;
  const names = [...new Set(schemes.map((scheme) => scheme.slice(0, 40)))].slice(0, 4);
  return names.length === 1 ? (names[0] ?? null) : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

/** The proxy refused us, and no name or password would help. */
export class ForeignLoginError extends CodedError {
  readonly logins: string;

  constructor(message: string, logins: string) {
    super('ACUSIGHT_PROXY_LOGIN', `${message} (${logins})`);
    this.logins = logins;
  }
}

export type LoginWords = { readonly code: string; readonly text: string; readonly hint: string };

/** `logins`: as `foreignLogin` has them; null where a name and a password would do. */
export const loginWords = (logins: string | null): LoginWords =>
  logins === null
    ? {
        code: 'proxy-refused',
        text: 'The proxy asks for a user name and password, or refuses the ones it got.',
        hint: 'Ask the network’s administrator for access. The name goes in cloud.proxy.username; the password is entered in the settings or given as ACUSIGHT_PROXY_PASSWORD. A proxy that this PC’s settings or a script name must be listed in cloud.proxy.loginAt.',
      }
    : {
        code: 'proxy-login',
        text: `The proxy takes only logins of the kind ${logins}, which this gateway can’t give.`,
        hint: 'No user name or password helps here. Ask the network’s administrator to let this PC through without a login, or with a user name and a password (Basic). If the server needs no proxy, name it in cloud.proxy.noProxy.',
      };
