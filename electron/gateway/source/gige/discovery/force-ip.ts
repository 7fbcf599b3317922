import { randomInt } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { message, type ParamsOf } from '../../../../../shared/messages/message.ts';
import { describeCause } from '../../../platform/errors.ts';
import { CameraError } from '../../camera/camera-device.ts';
import { isErrorStatus, statusMeaning } from '../gvcp/gvcp-error.ts';
import { decodeAcknowledge, encodeForceIp, gvcpCommands, gvcpPort } from '../gvcp/gvcp-packet.ts';
import {
  broadcastOf,
  endOf,
  formatIpv4,
  isNetworkMask,
  localNetworks,
  networkOf,
  parseIpv4,
} from '../network/interfaces.ts';
import type { LocalEnd } from '../network/udp-socket.ts';
import { openBroadcastSocket } from '../network/udp-socket.ts';
import { discover } from './discovery.ts';
import type { IpSettings } from './found-cameras.ts';

export type ForceIpOptions = IpSettings & {
  /** Of the camera: `00:30:53:0a:1b:2c` */
  readonly mac: string;
  /** Of this PC, on the camera's cable. */
  readonly interfaceAddress: string;
  readonly port?: number;
  /** Of one try. */
  readonly timeoutMilliseconds?: number;
  readonly tries?: number;
  readonly signal?: AbortSignal | undefined;
};

function refused(context: ParamsOf<'camera-address-wrong'>['context'], value: string, other = ''): CameraError {
  return new CameraError('setting-refused', message('camera-address-wrong', { context, value, other }));
}

/** The packet's content; throws a `CameraError` where the camera could not be reached with it, or nobody else could. */
function checked({ mac, address, mask, gateway, interfaceAddress }: ForceIpOptions) {
  const bytes = /^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$/i.test(mac) ? Buffer.from(mac.replace(/[:-]/g, ''), 'hex') : null;
  if (bytes === null || ((bytes[0] ?? 1) & 1) === 1) throw refused('mac', mac);
  const own = parseIpv4(interfaceAddress);
  if (own === null) throw refused('card', interfaceAddress);
  const ip = parseIpv4(address);
  const first = (ip ?? 0) >>> 24;
  if (ip === null || first === 0 || first >= 224) throw refused('camera', address);
  const bits = parseIpv4(mask);
  if (bits === null || !isNetworkMask(bits)) throw refused('mask', mask);
  const router = parseIpv4(gateway);
  if (router === null) throw refused('router', gateway);
  const network = networkOf(ip, bits);
  const last = broadcastOf(ip, bits);
  if (ip === own) throw refused('this-pc', address);
  if (ip === network || ip === last) throw refused('whole-network', address);
  if (network !== networkOf(own, bits)) throw refused('other-network', address, interfaceAddress);
  if (router !== 0 && (networkOf(router, bits) !== network || router === ip)) {
    throw refused('router-elsewhere', gateway, address);
  }
  return { bytes, ip, bits, router, broadcast: formatIpv4(last) };
}

/**
 * Gives a camera an address until it is switched off, also one whose own address is of another network: by broadcast,
 * to the camera with that MAC address. Resolves once the camera confirmed it, or answers under the new address. Rejects
 * with a `CameraError` (`setting-refused`, `unreachable`, `missing`), or with the signal's reason.
 */
export async function forceIp(options: ForceIpOptions): Promise<void> {
  const { bytes, ip, bits, router, broadcast } = checked(options);
  const { port = gvcpPort, timeoutMilliseconds = 1_000, tries = 3, signal, interfaceAddress } = options;
  signal?.throwIfAborted();
  const id = randomInt(1, 0x10000);
  const answered = new AbortController();
  let status: number | null = null;
  const socket = await openBroadcastSocket(endAt(interfaceAddress), (packet, from) => {
    const answer = decodeAcknowledge(packet);
    if (answer === null || answer.id !== id || answer.command !== gvcpCommands.forceIp + 1 || from.port !== port)
      return;
    status ??= answer.status;
    answered.abort();
  }).catch((error: unknown) => {
    throw noWay(options, error);
  });
  try {
    const packet = encodeForceIp(id, bytes, ip, bits, router);
    const wakened = signal === undefined ? answered.signal : AbortSignal.any([signal, answered.signal]);
    for (let attempt = 0; attempt < tries && status === null; attempt += 1) {
      const sent = await Promise.allSettled(
        ['255.255.255.255', broadcast].map((target) => socket.send(packet, port, target)),
      );
      const failures = sent.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
      if (failures.length === sent.length) throw noWay(options, failures[0]);
      await sleep(timeoutMilliseconds, undefined, { signal: wakened }).catch(() => undefined);
      signal?.throwIfAborted();
    }
  } finally {
    socket.close();
  }
  if (status === null) return confirm(options);
  if (!isErrorStatus(status)) return;
  const { refusal: why, code } = statusMeaning(status);
  throw new CameraError('setting-refused', message('camera-address-refused', { why }), `ForceIP: ${code}`);
}

/** Where no card has the address, the socket says so. */
function endAt(address: string): LocalEnd {
  try {
    const [network] = localNetworks(networkInterfaces, [address]);
    if (network !== undefined) return endOf(network);
  } catch {
    // The cards can't be listed: the address itself may do.
  }
  return { address, card: null };
}

/** Cameras that restart their network at once never get to acknowledge. */
async function confirm({ mac, address, interfaceAddress, port, signal }: ForceIpOptions): Promise<void> {
  const wanted = mac.toLowerCase().replaceAll('-', ':');
  const isThere = (camera: { readonly mac: string; readonly ip: string }): boolean =>
    camera.mac === wanted && camera.ip === address;
  const { cameras } = await discover({
    interfaces: [interfaceAddress],
    addresses: [address],
    timeoutMilliseconds: 2_000,
    signal,
    ...(port === undefined ? {} : { port }),
    enough: (found) => found.some(isThere),
  });
  if (cameras.some(isThere)) return;
  throw new CameraError('missing', message('camera-address-not-taken', { mac, address }));
}

function noWay({ interfaceAddress }: ForceIpOptions, error: unknown): CameraError {
  const said = message('network-card-silent', { address: interfaceAddress });
  return new CameraError('unreachable', said, describeCause(error), { cause: error });
}
