import { type Message, message, type ParamsOf } from '../../../../../shared/messages/message.ts';
import { CodedError } from '../coded-error.ts';

/** Logins at a proxy. This gateway gives a user name and a password (Basic, RFC 7617); some proxies take only others. */

/** The kinds of login that a proxy takes, such as `NTLM`, where none of them is ours; null where one is. */
export function foreignLogin(challenge: string | undefined): readonly string[] | null {
  if (challenge === undefined) return null;
  const schemes = challenge
    .replace(/"(?:[^"\\]|\\.)*"/g, '')
    .split(',')
    .flatMap((part) => /^\s*([A-Za-z][\w-]*)(?=\s|$)(?!\s*=)/.exec(part)?.[1] ?? []);
  if (schemes.length === 0 || schemes.some((scheme) => scheme.toLowerCase() === 'basic')) return null;
  return [...new Set(schemes.map((scheme) => scheme.slice(0, 40)))].slice(0, 4);
}

/** The proxy refused us, and no name or password would help. */
export class ForeignLoginError extends CodedError {
  readonly logins: readonly string[];

  constructor(technical: string, logins: readonly string[]) {
    super('ACUSIGHT_PROXY_LOGIN', `${technical} (${logins.join(', ')})`);
    this.logins = logins;
  }
}

/** `logins`: as `foreignLogin` has them; null where a name and a password would do. */
export const loginRefused = (logins: readonly string[] | null): Message =>
  logins === null
    ? message('proxy-refused', { context: 'unnamed', proxy: '' })
    : message('proxy-login', { context: amountOf(logins), proxy: '', ...kindsOf(logins) });

export const amountOf = ({ length }: readonly string[]): 'one' | 'several' => (length === 1 ? 'one' : 'several');

/** `Negotiate, NTLM or Kerberos`, as its parts. */
export const kindsOf = (logins: readonly string[]): Pick<ParamsOf<'proxy-login'>, 'others' | 'last'> => ({
  others: logins.slice(0, -1).join(', '),
  last: logins.at(-1) ?? '',
});
