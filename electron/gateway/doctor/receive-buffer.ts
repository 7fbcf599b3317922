import { join } from 'node:path';
import type { LinuxSockets } from '../platform/linux-sockets.ts';
import { type Finding, fine, skipped, warning } from './check.ts';
import { readNumber } from './proc.ts';

/** Less than this loses packets in bursts (measured: the usual 208 KB lose two fifths of them). */
const enoughBytes = 4 * 1024 * 1024;
const goodBytes = 32 * 1024 * 1024;

/**
 * Linux bounds how much of a network camera's stream may wait for us. `sockets`: what streams are read with; null where
 * they have to be read packet by packet.
 */
export async function checkReceiveBuffer(proc: string, sockets: LinuxSockets | null): Promise<Finding> {
  const most = mostGiven(sockets) ?? (await readNumber(join(proc, 'sys/net/core/rmem_max')));
  if (most === null) return skipped('Not tested: this system does not tell its limit.');
  const words = `Up to ${(most / 1024 / 1024).toFixed(1)} MB of a camera’s stream may wait to be read.`;
  if (most >= enoughBytes && sockets !== null) return fine(words);
  if (most >= enoughBytes)
    return warning(
      `${words} But this PC reads packet by packet, and a fast camera loses some.`,
      'Install the gateway again. Until then let cameras send large packets (jumbo frames).',
    );
  return warning(
    `${words} That is too little: packets are lost in bursts.`,
    `Put net.core.rmem_max=${goodBytes} in a file in /etc/sysctl.d and restart this PC.`,
  );
}

/** Tried out, because who may administer the network gets more than the limit. */
function mostGiven(sockets: LinuxSockets | null): number | null {
  if (sockets === null) return null;
  try {
    const file = sockets.bind('127.0.0.1');
    try {
      sockets.setReceiveBuffer(file, goodBytes);
      return sockets.receiveBuffer(file) / 2;
    } finally {
      sockets.close(file);
    }
  } catch {
    return null;
  }
}
