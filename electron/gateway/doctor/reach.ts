import type { LookupAddress } from 'node:dns';
import { isIP, type Socket } from 'node:net';
import { type Lookup, race } from '../cloud/http/address-race.ts';
import type { Clock } from '../platform/clock.ts';
import { describeCause, errnoCode } from '../platform/errors.ts';
import { type Found, fault, fine, took, warning } from './check.ts';
import { authority, type Endpoint } from './endpoint.ts';

/** The two lowest layers: a name has an address, and at the address somebody accepts connections. */

/** A connection, opened anew at each call; rejects when it can't be. */
export type Open<T> = (signal: AbortSignal) => Promise<T>;

export const connectMilliseconds = 5_000;

export async function checkName(
  endpoint: Endpoint,
  setting: string,
  lookup: Lookup,
  clock: Clock,
): Promise<Found<readonly LookupAddress[]>> {
  const { host } = endpoint;
  const family = isIP(host);
  if (family !== 0) {
    return { finding: fine(`${host} is an address: there is no name to look up.`), value: [{ address: host, family }] };
  }
  const began = clock.monotonic();
  try {
    const found = await lookup(host);
    const [first] = found;
    if (first === undefined) throw Object.assign(new Error('no address'), { code: 'ENOTFOUND' });
    const list = found.map(({ address, family: kind }) => `${address} (IPv${kind})`).join(', ');
    return { finding: fine(`${host} is ${list}, found in ${took(clock.monotonic() - began)}.`), value: found };
  } catch (error) {
    const temporary = errnoCode(error) === 'EAI_AGAIN';
    return {
      finding: fault(
        temporary ? `The name server does not answer when asked for ${host}.` : `The name ${host} is not known here.`,
        temporary
          ? 'Check the network cable and the name server (DNS) in the network settings of this PC.'
          : `Check the spelling in ${setting}. If it is right, ask the network’s administrator for the name, or use the server’s address.`,
        describeCause(error),
      ),
      value: null,
    };
  }
}

type Attempt = LookupAddress & { readonly milliseconds: number; readonly error: unknown };

export async function checkReach(
  endpoint: Endpoint,
  setting: string,
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
  const [first] = good;
  if (first === undefined) {
    return { finding: unreachable(endpoint, setting, errnoCode(bad[0]?.error) ?? '', technical), value: null };
  }
  const times = good.map((one) => `${one.address} after ${took(one.milliseconds)}`).join(', ');
  const text = `Port ${port} accepts connections: ${times}.`;
  // As deliveries do it, with all addresses: what works with one alone would say nothing about them.
  const value: Open<Socket> = (later) => race(addresses, port, later);
  if (bad.length === 0) return { finding: fine(text), value };
  return {
    finding: warning(
      `${text} But not at ${bad.map(({ address }) => address).join(', ')}.`,
      'It works: the addresses are tried side by side. But every new connection may lose a moment. Ask the network’s administrator to mend it or to remove it from the name server.',
      technical,
    ),
    value,
  };
}

function unreachable(endpoint: Endpoint, setting: string, code: string, technical: string) {
  const where = authority(endpoint);
  if (code === 'ECONNREFUSED') {
    return fault(`${where} refuses connections.`, `Check that the server runs, and the port in ${setting}.`, technical);
  }
  if (code === 'ENETUNREACH' || code === 'EHOSTUNREACH' || code === 'ENETDOWN') {
    return fault(
      `This PC has no way to ${where}.`,
      'Check the network cable, and the address, network mask and gateway in the network settings of this PC.',
      technical,
    );
  }
  return fault(
    `${where} does not answer.`,
    `Check that the server is switched on, and that no firewall between it and this PC blocks port ${endpoint.port}.`,
    technical,
  );
}
