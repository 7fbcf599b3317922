import { promises as dns, type LookupAddress } from 'node:dns';
import { connect, isIP, type Socket } from 'node:net';
import { errnoCode } from '../../platform/errors.ts';
import { bare } from './proxy/no-proxy.ts';

/**
 * A connection to a name with several addresses, as RFC 8305 says: one after the other, IPv6 and IPv4 by turns, each
 * begun a quarter of a second after the last, and none given up for that. Node's own way gives each attempt that quarter
 * of a second alone, so that over a far line none ever succeeds.
 */

/** As every program of this PC looks names up; all addresses, in the order in which the system would try them. */
export type Lookup = (host: string) => Promise<readonly LookupAddress[]>;
export const systemLookup: Lookup = (host) => dns.lookup(host, { all: true, verbatim: true });

export type RaceOptions = {
  /** For the name and the connection together. */
  readonly timeoutMilliseconds: number;
  readonly lookup: Lookup;
};

const nextAttemptMilliseconds = 250;
/** As much of what comes is taken at once as undici takes. */
const readBytes = 64 * 1024;

/** Rejects with ETIMEDOUT when nobody answers, and with EAI_AGAIN when no name server does; the caller owns the socket. */
export async function connectTo(
  host: string,
  port: number,
  { timeoutMilliseconds, lookup }: RaceOptions,
): Promise<Socket> {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), timeoutMilliseconds);
  try {
    return await race(await addressesOf(bare(host), lookup, over.signal), port, over.signal);
  } finally {
    clearTimeout(timer);
  }
}

async function addressesOf(host: string, lookup: Lookup, over: AbortSignal): Promise<readonly LookupAddress[]> {
  const family = isIP(host);
  if (family !== 0) return [{ address: host, family }];
  const late = new Promise<never>((_resolve, reject) => {
    over.addEventListener('abort', () => reject(coded('EAI_AGAIN', `no name server answers for ${host}`)), {
      once: true,
    });
  });
  const found = await Promise.race([lookup(host), late]);
  if (found.length === 0) throw coded('ENOTFOUND', `${host} has no address`);
  return found;
}

/** The first that connects; the others are given up. `over` ends it for all. */
export function race(addresses: readonly LookupAddress[], port: number, over: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const waiting = byTurns(addresses);
    const running = new Set<Socket>();
    const errors: Error[] = [];
    let timer: NodeJS.Timeout | undefined;

    const finish = (): void => {
      clearTimeout(timer);
      over.removeEventListener('abort', onOver);
      for (const socket of running) socket.destroy();
      running.clear();
    };
    const onOver = (): void => {
      finish();
      reject(coded('ETIMEDOUT', `no answer from ${addresses.map(({ address }) => address).join(', ')}`, errors));
    };
    const next = (): void => {
      clearTimeout(timer);
      const to = waiting.shift();
      if (to === undefined) {
        if (running.size > 0) return;
        finish();
        return reject(tellingOf(errors));
      }
      // Node's types do not know the first.
      const how = { highWaterMark: readBytes, host: to.address, port, family: to.family, noDelay: true };
      const socket = connect(how);
      running.add(socket);
      // It stays for good: between two users a socket has none who listens, and such an error ends the program.
      socket.on('error', (error) => {
        if (!running.delete(socket)) return;
        errors.push(error);
        next();
      });
      socket.once('connect', () => {
        if (!running.delete(socket)) return;
        finish();
        resolve(socket);
      });
      timer = setTimeout(next, nextAttemptMilliseconds);
    };
    if (over.aborted) return onOver();
    over.addEventListener('abort', onOver, { once: true });
    next();
  });
}

/** In the system's order, but the two kinds of address by turns: a network without one of them loses no more than a moment. */
export function byTurns(addresses: readonly LookupAddress[]): LookupAddress[] {
  const first = addresses[0]?.family;
  const kinds = [
    addresses.filter(({ family }) => family === first),
    addresses.filter(({ family }) => family !== first),
  ];
  const order: LookupAddress[] = [];
  for (let turn = 0; order.length < addresses.length; turn += 1) {
    for (const kind of kinds) {
      const address = kind[turn];
      if (address !== undefined) order.push(address);
    }
  }
  return order;
}

/** That a network has no IPv6 says nothing about the server where another address said more. */
const noWay: ReadonlySet<string | null> = new Set(['ENETUNREACH', 'EHOSTUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT']);

function tellingOf(errors: readonly Error[]): Error {
  const telling = errors.find((error) => !noWay.has(errnoCode(error))) ?? errors[0];
  if (telling === undefined) return coded('ENOTFOUND', 'there is no address');
  if (errors.length === 1) return telling;
  const words = errors.map(({ message }) => message).join('; ');
  return Object.assign(new AggregateError(errors, words), { code: errnoCode(telling) });
}

const coded = (code: string, message: string, errors: readonly Error[] = []): Error =>
  Object.assign(errors.length === 0 ? new Error(message) : new AggregateError(errors, message), { code });
