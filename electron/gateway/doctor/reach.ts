import type { LookupAddress } from 'node:dns';
import { isIP, type Socket } from 'node:net';
import { type Message, message } from '../../../shared/messages/message.ts';
import { type Lookup, race } from '../cloud/http/address-race.ts';
import type { Clock } from '../platform/clock.ts';
import { describeCause, errnoCode } from '../platform/errors.ts';
import { type Found, finding } from './check.ts';
import { authority, type Endpoint } from './endpoint.ts';

/** The two lowest layers: a name has an address, and at the address somebody accepts connections. */

/** A connection, opened anew at each call; rejects when it can't be. */
export type Open<T> = (signal: AbortSignal) => Promise<T>;

export const connectMilliseconds = 5_000;

export async function checkName(
  endpoint: Endpoint,
  setting: Message,
  lookup: Lookup,
  clock: Clock,
): Promise<Found<readonly LookupAddress[]>> {
  const { host } = endpoint;
  const family = isIP(host);
  if (family !== 0) {
    return { finding: finding(message('check-name-needless', { host })), value: [{ address: host, family }] };
  }
  const began = clock.monotonic();
  try {
    const found = await lookup(host);
    const [first] = found;
    if (first === undefined) throw Object.assign(new Error('no address'), { code: 'ENOTFOUND' });
    const addresses = found.map(({ address, family: kind }) => `${address} (IPv${kind})`).join(', ');
    const after = clock.monotonic() - began;
    return { finding: finding(message('check-name', { host, addresses, after })), value: found };
  } catch (error) {
    const fault =
      errnoCode(error) === 'EAI_AGAIN'
        ? message('check-name-unanswered', { host })
        : message('check-name-unknown', { host, setting });
    return { finding: finding(fault, describeCause(error)), value: null };
  }
}

type Attempt = LookupAddress & { readonly milliseconds: number; readonly error: unknown };

export async function checkReach(
  endpoint: Endpoint,
  setting: Message,
  addresses: readonly LookupAddress[],
  clock: Clock,
  signal: AbortSignal,
): Promise<Found<Open<Socket>>> {
  const { port } = endpoint;
  const limit = AbortSignal.timeout(connectMilliseconds);
  const attempts = await Promise.all(
    addresses.map(async ({ address, family }): Promise<Attempt> => {
      const began = clock.monotonic();
      const outcome = await race([{ address, family }], port, AbortSignal.any([signal, limit])).then(
        (socket) => {
          socket.destroy();
          return null;
        },
        (error: unknown) => error,
      );
      return { address, family, milliseconds: clock.monotonic() - began, error: outcome };
    }),
  );
  const good = attempts.filter(({ error }) => error === null);
  const bad = attempts.filter(({ error }) => error !== null);
  const technical = bad.map(({ address, error }) => `${address}: ${describeCause(error)}`).join('; ');
  if (good.length === 0) {
    const fault = unreachable(endpoint, setting, errnoCode(bad[0]?.error) ?? '');
    return { finding: finding(fault, technical), value: null };
  }
  const places = good.map(({ address, milliseconds }) => message('check-reached-at', { address, after: milliseconds }));
  const reached = message('check-reached', { port: String(port), places });
  // As deliveries do it, with all addresses: what works with one alone would say nothing about them.
  const value: Open<Socket> = (later) => race(addresses, port, later);
  if (bad.length === 0) return { finding: finding(reached), value };
  const lacking = bad.map(({ address }) => address).join(', ');
  return { finding: finding(message('check-reached-partly', { reached, addresses: lacking }), technical), value };
}

function unreachable(endpoint: Endpoint, setting: Message, code: string): Message {
  const server = authority(endpoint);
  switch (code) {
    case 'ECONNREFUSED':
      return message('check-connection-refused', { server, setting });
    case 'ENETUNREACH':
    case 'EHOSTUNREACH':
    case 'ENETDOWN':
      return message('check-no-way', { server });
    default:
      return message('check-no-answer', { server, port: String(endpoint.port) });
  }
}
