import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Refusal } from './answers.ts';
import type { DeviceRecord } from './records.ts';
import type { Access, Services } from './services.ts';

const LOOPBACK_NAMES = new Set(['127.0.0.1', 'localhost']);

/**
 * The server listens on loopback only; a web page in a browser on this machine could still reach it under a name of
 * its own that resolves to 127.0.0.1. The Host header gives it away. Any port passes: proxies in tests have their own.
 */
export function requireLocalHost(request: IncomingMessage, allowed: readonly string[]): void {
  const name = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  if (LOOPBACK_NAMES.has(name) || allowed.includes(name)) return;
  throw new Refusal(403, 'Insufficient permissions', `this server does not answer for the host "${name}"`);
}

export function hasBearer(request: IncomingMessage, token: string): boolean {
  const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}

/** The device behind a request; null where none is needed. Throws 401 or 403. */
export function authorize(services: Services, access: Access, request: IncomingMessage): DeviceRecord | null {
  if (access === 'public') return null;
  if (access === 'reader' && hasBearer(request, services.token)) return null;
  const key = request.headers['x-device-key'];
  const device = services.devices.authenticate(typeof key === 'string' ? key : undefined);
  if (access === 'approved' && device.status !== 'approved') {
    const details = device.status === 'pending' ? 'the device waits for approval' : 'the device was rejected';
    throw new Refusal(403, 'Insufficient permissions', details);
  }
  return device;
}
