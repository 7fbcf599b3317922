import { setTimeout as sleep } from 'node:timers/promises';
import { controlHeld, registers } from '../gvcp/bootstrap.ts';
import { isErrorStatus, statusMeaning } from '../gvcp/gvcp-error.ts';
import {
  type Acknowledge,
  decodeAcknowledge,
  decodeRegisterValue,
  encodeReadRegisters,
  gvcpCommands,
  gvcpPort,
} from '../gvcp/gvcp-packet.ts';
import type { LocalEnd } from '../network/udp-socket.ts';
import { boundSocket } from '../network/udp-socket.ts';
import type { DiscoveredCamera } from './found-cameras.ts';

export type HeldOptions = {
  readonly port?: number;
  /** Longest wait in all, milliseconds: the list of cameras waits so long for one that is silent. */
  readonly timeoutMilliseconds?: number;
};

/** Each packet may be lost. */
const rounds = 4;

/**
 * Which of these cameras somebody controls now, this program included: their privilege registers say so, which anybody
 * may read. All are asked at once. One that does not answer in time is not among them. Never rejects.
 */
export async function heldCameras(
  cameras: readonly DiscoveredCamera[],
  { port = gvcpPort, timeoutMilliseconds = 1_000 }: HeldOptions = {},
): Promise<ReadonlySet<DiscoveredCamera>> {
  const ends = new Map<string, { readonly end: LocalEnd; readonly cameras: DiscoveredCamera[] }>();
  for (const camera of cameras) {
    const end = { address: camera.interfaceAddress, card: camera.card };
    const key = `${end.address} ${end.card}`;
    const known = ends.get(key) ?? { end, cameras: [] };
    known.cameras.push(camera);
    ends.set(key, known);
  }
  const held = await Promise.all(
    [...ends.values()].map(({ end, cameras: theirs }) =>
      // A card that is gone meanwhile is no reason not to show what was found.
      askOn(end, port, timeoutMilliseconds, theirs).catch(() => []),
    ),
  );
  return new Set(held.flat());
}

async function askOn(
  end: LocalEnd,
  port: number,
  milliseconds: number,
  cameras: readonly DiscoveredCamera[],
): Promise<readonly DiscoveredCamera[]> {
  // Ids are never 0; a search finds fewer cameras than there are ids.
  const open = new Map(cameras.map((camera, index) => [index + 1, camera]));
  const held: DiscoveredCamera[] = [];
  const done = new AbortController();
  const socket = await boundSocket(end, 0, (packet, from) => {
    const answer = decodeAcknowledge(packet);
    const camera = answer === null ? undefined : open.get(answer.id);
    if (answer === null || camera === undefined || from.address !== camera.ip || from.port !== port) return;
    const isHeld = privilegeHeld(answer);
    if (isHeld === null) return;
    open.delete(answer.id);
    if (isHeld) held.push(camera);
    if (open.size === 0) done.abort();
  });
  try {
    for (let round = 0; round < rounds && !done.signal.aborted; round += 1) {
      for (const [id, { ip }] of open) {
        const packet = encodeReadRegisters(id, [registers.controlPrivilege]);
        socket.send(packet, port, ip, () => undefined);
      }
      await sleep(milliseconds / rounds, undefined, { signal: done.signal }).catch(() => undefined);
    }
  } finally {
    socket.close();
  }
  return held;
}

/** Null for what is no answer to the question. */
function privilegeHeld({ command, status, payload }: Acknowledge): boolean | null {
  if (command !== gvcpCommands.readRegister + 1) return null;
  // Who has a camera exclusively lets nobody even ask. Any other refusal says nothing about who has it.
  if (isErrorStatus(status)) return statusMeaning(status).code === 'access-denied';
  const privilege = decodeRegisterValue(payload);
  return privilege === null ? null : (privilege & controlHeld) !== 0;
}
